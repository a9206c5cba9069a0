package baedal.bench;

import baedal.audit.Auditor;
import baedal.audit.Finding;
import baedal.audit.Tolerances;
import baedal.bench.Deployment.Timing;
import baedal.bench.Pod.Probe;
import baedal.dev.Client;
import baedal.dev.ConsoleProgress;
import baedal.dev.Failure;
import baedal.dev.LocalCluster;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.slf4j.LoggerFactory;

/**
 * The program behind {@code tools/bench/rollout}. It runs replicas of all services behind balancers
 * as a cluster would, and sends requests at a constant rate. Meanwhile it replaces every replica,
 * doubles the replicas, and suspends one.
 */
public final class Rollout {

  /** The services in the order in which they are rolled. */
  private static final List<String> SERVICES =
      List.of("gateway", "order", "payment", "mypage", "store", "rider", "coupon");

  private static final Duration AUDIT_TIMEOUT = Duration.ofMinutes(5);

  /**
   * Maximum time until a new replica gets requests: the age after which a connection of a service
   * ends, and some time for the next connections.
   */
  private static final Duration TRAFFIC_TIMEOUT = Duration.ofSeconds(60);

  /** As the Helm chart configures Kubernetes. */
  private static final Timing KUBERNETES =
      new Timing(
          new Probe("/health/ready", Duration.ofSeconds(5), Duration.ofSeconds(3), 2),
          new Probe("/health/live", Duration.ofSeconds(10), Duration.ofSeconds(5), 3),
          Duration.ofSeconds(1),
          Duration.ofSeconds(5),
          Duration.ofSeconds(5),
          Duration.ofSeconds(25),
          Map.of());

  /**
   * For a build: probes are more frequent, and services do not warm up. There is no preStop, so the
   * drain delay covers the delay of the balancer and the time for which a client keeps an unused
   * connection.
   */
  private static final Timing SHORT =
      new Timing(
          new Probe("/health/ready", Duration.ofMillis(300), Duration.ofSeconds(2), 3),
          new Probe("/health/live", Duration.ofMillis(300), Duration.ofSeconds(2), 3),
          Duration.ofSeconds(1),
          Duration.ZERO,
          Duration.ofSeconds(4),
          Duration.ofSeconds(1),
          Map.of("WARM_UP", "0s"));

  /**
   * The size of a run.
   *
   * @param replicated how many services have two replicas and are rolled; the others run in this
   *     JVM
   * @param hanging the services of which one replica is suspended
   * @param doubles whether the replicas are doubled
   * @param quiet the time before the first and after the last change
   */
  private record Size(
      int replicated,
      List<String> hanging,
      boolean doubles,
      int perSecond,
      Duration quiet,
      Timing timing) {}

  /** The results: a table, and what went wrong. */
  public record Outcome(String table, List<String> failures) {}

  /** The argument is the number of requests per second. Exits with 1 if a request was lost. */
  public static void main(String[] args) {
    LoggerFactory.getILoggerFactory();
    try {
      Size size =
          new Size(
              SERVICES.size(),
              List.of("order", "payment"),
              true,
              Integer.parseInt(args[0]),
              Duration.ofSeconds(30),
              KUBERNETES);
      Outcome outcome = run(Path.of(System.getenv("BAEDAL_HOME")), size);
      System.out.println(outcome.table());
      outcome.failures().forEach(System.out::println);
      System.exit(outcome.failures().isEmpty() ? 0 : 1);
    } catch (Failure | IOException e) {
      System.err.println("baedal: " + Failure.describe(e));
      System.exit(1);
    }
  }

  /** Runs the benchmark for the first {@code replicated} services, with short times. */
  public static Outcome runShort(Path home, int replicated) throws IOException {
    return run(
        home, new Size(replicated, List.of("order"), false, 10, Duration.ofSeconds(2), SHORT));
  }

  private final Vertx vertx = Vertx.vertx();
  private final ConsoleProgress progress = new ConsoleProgress();
  private final Map<String, Deployment> deployments = new LinkedHashMap<>();
  private final List<String> failures = new ArrayList<>();
  private final Size size;
  private final LocalCluster cluster;
  private final String gateway;

  private Rollout(Path home, Size size) throws IOException {
    this.size = size;
    Map<String, TcpBalancer> balancers = new LinkedHashMap<>();
    Map<String, String> urls = new HashMap<>();
    for (String service : SERVICES) {
      TcpBalancer balancer = new TcpBalancer(vertx);
      balancers.put(service, balancer);
      urls.put(service, balancer.url());
    }
    gateway = urls.get("gateway");
    cluster = new LocalCluster(home, urls, progress);
    balancers.forEach(
        (service, balancer) ->
            deployments.put(
                service,
                new Deployment(vertx, service, cluster, balancer, size.timing(), progress)));
  }

  private static Outcome run(Path home, Size size) throws IOException {
    Rollout rollout = new Rollout(home, size);
    try {
      rollout.cluster.start();
      return rollout.run();
    } finally {
      rollout.deployments.values().forEach(Deployment::stop);
      rollout.cluster.stop();
      rollout.vertx.close().await();
    }
  }

  private List<Deployment> replicated() {
    return deployments.values().stream().limit(size.replicated()).toList();
  }

  private Outcome run() throws IOException {
    for (Deployment deployment : deployments.values()) {
      if (replicated().contains(deployment)) {
        deployment.add(2);
      } else {
        deployment.addInside();
      }
    }
    deployments.values().forEach(Deployment::awaitEndpoints);
    progress.print("all replicas are ready");
    RolloutLoad load = new RolloutLoad(vertx, gateway, size.perSecond());
    load.begin("before");
    load.start();
    Client.pause(size.quiet());
    for (Deployment deployment : replicated()) {
      load.begin("rolling update of " + deployment.service());
      deployment.roll().forEach(name -> failures.add(name + " did not stop in time"));
      awaitTraffic(deployment, deployment.ports());
    }
    if (size.doubles()) {
      doubleReplicas(load);
    }
    for (String service : size.hanging()) {
      load.begin("a replica of " + service + " hangs");
      deployments.get(service).hang();
    }
    load.begin("after");
    Client.pause(size.quiet());
    List<RolloutLoad.Answer> answers = load.stop();
    progress.print(answers.size() + " requests are answered");
    answers.stream()
        .map(RolloutLoad.Answer::failure)
        .filter(Objects::nonNull)
        .forEach(failures::add);
    audit().forEach(finding -> failures.add(finding.toString()));
    return new Outcome(RolloutReport.table(answers), failures);
  }

  private void doubleReplicas(RolloutLoad load) throws IOException {
    Map<Deployment, List<Integer>> added = new LinkedHashMap<>();
    load.begin("twice the replicas start");
    for (Deployment deployment : replicated()) {
      added.put(deployment, deployment.add(deployment.ports().size()));
      deployment.awaitEndpoints();
    }
    added.forEach(this::awaitTraffic);
    load.begin("twice the replicas");
    Map<Deployment, Double> before = new HashMap<>();
    Map<Deployment, Double> allBefore = new HashMap<>();
    added.forEach((deployment, ports) -> before.put(deployment, messages(deployment, ports)));
    added.forEach(
        (deployment, ports) -> allBefore.put(deployment, messages(deployment, deployment.ports())));
    Client.pause(size.quiet());
    added.forEach(
        (deployment, ports) ->
            progress.print(
                String.format(
                    Locale.ROOT,
                    "share of the new replicas of %s: %.0f %%",
                    deployment.service(),
                    100
                        * (messages(deployment, ports) - before.get(deployment))
                        / (messages(deployment, deployment.ports()) - allBefore.get(deployment)))));
  }

  private static double messages(Deployment deployment, List<Integer> ports) {
    return ports.stream().mapToLong(deployment::messagesTo).sum();
  }

  /** Waits until each of these replicas has got a request; else adds a failure. */
  private void awaitTraffic(Deployment deployment, List<Integer> ports) {
    long deadline = System.nanoTime() + TRAFFIC_TIMEOUT.toNanos();
    for (int port : ports) {
      while (deployment.messagesTo(port) == 0) {
        if (System.nanoTime() > deadline) {
          failures.add("a new replica of " + deployment.service() + " got no request");
          return;
        }
        Client.pause();
      }
    }
  }

  /** The findings that remain after the services had enough time to handle all events. */
  private List<Finding> audit() {
    try (Auditor auditor =
        new Auditor(vertx, cluster.sources(), Tolerances.ofGrace(Duration.ofSeconds(3)))) {
      List<Finding> findings = auditor.auditUntilConsistent(AUDIT_TIMEOUT);
      progress.print(auditor.orders() + " orders audited: " + findings.size() + " findings");
      return findings;
    }
  }
}
