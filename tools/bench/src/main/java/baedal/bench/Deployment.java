package baedal.bench;

import baedal.bench.Pod.Probe;
import baedal.dev.Client;
import baedal.dev.ConsoleProgress;
import baedal.dev.Failure;
import baedal.dev.LocalCluster;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;

/**
 * The replicas of one service behind a {@link TcpBalancer}. It replaces them as Kubernetes does
 * with a Deployment that has {@code maxSurge: 1} and {@code maxUnavailable: 0}.
 */
final class Deployment {

  private static final Duration READY_TIMEOUT = Duration.ofMinutes(3);

  /** Maximum time of a process from the end of its drain delay until SIGKILL. */
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(20);

  /**
   * The times of the cluster.
   *
   * @param readiness decides whether the balancer has a replica
   * @param liveness decides whether a replica is replaced; it begins when the replica is ready
   * @param endpointDelay until the balancer knows that an endpoint was added or removed
   * @param preStop from the removal of a replica until its SIGTERM
   * @param drain the setting DRAIN_DELAY
   * @param livenessGrace from SIGTERM to SIGKILL after the liveness probe has failed
   * @param settings further settings of all services
   */
  record Timing(
      Probe readiness,
      Probe liveness,
      Duration endpointDelay,
      Duration preStop,
      Duration drain,
      Duration livenessGrace,
      Map<String, String> settings) {}

  private final Vertx vertx;
  private final String service;
  private final LocalCluster cluster;
  private final TcpBalancer balancer;
  private final Timing timing;
  private final ConsoleProgress progress;
  private final List<Pod> pods = new CopyOnWriteArrayList<>();

  Deployment(
      Vertx vertx,
      String service,
      LocalCluster cluster,
      TcpBalancer balancer,
      Timing timing,
      ConsoleProgress progress) {
    this.vertx = vertx;
    this.service = service;
    this.cluster = cluster;
    this.balancer = balancer;
    this.timing = timing;
    this.progress = progress;
  }

  String service() {
    return service;
  }

  /** Starts {@code count} further replicas, and returns their ports without waiting. */
  List<Integer> add(int count) throws IOException {
    List<Integer> ports = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ports.add(startPod().port());
    }
    return ports;
  }

  private Pod startPod() throws IOException {
    Map<String, String> settings = new HashMap<>(timing.settings());
    settings.put("DRAIN_DELAY", timing.drain().toMillis() + "ms");
    return probed(new Pod(cluster.start(service, settings)));
  }

  /** Starts a replica in this JVM, which can be neither replaced nor suspended. */
  void addInside() throws IOException {
    probed(new Pod(cluster.startInside(service)));
  }

  private Pod probed(Pod pod) {
    pods.add(pod);
    pod.probe(
        timing.readiness(),
        timing.liveness(),
        () -> updateEndpointLater(pod),
        () -> replaceDead(pod));
    return pod;
  }

  private void updateEndpointLater(Pod pod) {
    vertx.setTimer(timing.endpointDelay().toMillis(), id -> updateEndpoint(pod));
  }

  /**
   * Decides by the present state of the replica. So an update that was delayed cannot add a replica
   * that was removed meanwhile.
   */
  private synchronized void updateEndpoint(Pod pod) {
    if (pod.isReady()) {
      balancer.add(pod.port());
    } else {
      balancer.remove(pod.port());
    }
  }

  /** Waits until all replicas are ready. */
  void awaitReady() {
    await(() -> pods.stream().allMatch(Pod::isReady));
  }

  /** Waits until all replicas are ready, and the balancer has them. */
  void awaitEndpoints() {
    await(() -> pods.stream().allMatch(pod -> balancer.has(pod.port())));
  }

  private void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + READY_TIMEOUT.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new Failure("the replicas of " + service + " did not become ready");
      }
      Client.pause();
    }
  }

  /**
   * Replaces every replica: starts a new one, waits until it is ready, and removes an old one. An
   * old replica may still stop while the next new one starts. Returns the names of the replicas
   * that did not stop by themselves.
   */
  List<String> roll() throws IOException {
    List<CompletableFuture<Boolean>> stopping = new ArrayList<>();
    List<Pod> old = List.copyOf(pods);
    for (Pod pod : old) {
      startPod();
      awaitReady();
      stopping.add(remove(pod));
      progress.print("a new replica has replaced " + pod.name());
    }
    List<String> killed = new ArrayList<>();
    for (int i = 0; i < old.size(); i++) {
      if (!stopping.get(i).join()) {
        killed.add(old.get(i).name());
      }
    }
    return killed;
  }

  /** Removes a replica. The future says whether its process ends in time. */
  private CompletableFuture<Boolean> remove(Pod pod) {
    pods.remove(pod);
    pod.terminate();
    updateEndpointLater(pod);
    return CompletableFuture.supplyAsync(
        () -> pod.stop(timing.preStop(), timing.drain().plus(STOP_TIMEOUT)));
  }

  /**
   * Suspends the first replica. Returns when the liveness probe has replaced it and the balancer
   * has the new replica.
   */
  void hang() throws IOException {
    Pod pod = pods.get(0);
    pod.suspend();
    progress.print("suspended " + pod.name());
    await(() -> !pods.contains(pod));
    awaitEndpoints();
    progress.print("a new replica has replaced " + pod.name());
  }

  private void replaceDead(Pod pod) {
    progress.print("the liveness probe of " + pod.name() + " has failed");
    try {
      pod.terminate();
      updateEndpoint(pod);
      pod.stop(timing.preStop(), timing.livenessGrace());
      startPod();
      pods.remove(pod);
    } catch (IOException e) {
      progress.print("cannot replace " + pod.name() + ": " + Failure.describe(e));
    }
  }

  /** The ports of the present replicas. */
  List<Integer> ports() {
    return pods.stream().map(Pod::port).toList();
  }

  long messagesTo(int port) {
    return balancer.messagesTo(port);
  }

  /** Ends the probes. */
  void stop() {
    pods.forEach(Pod::terminate);
  }
}
