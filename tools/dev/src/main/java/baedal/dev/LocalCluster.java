package baedal.dev;

import baedal.audit.Sources;
import baedal.backing.Secrets;
import baedal.backing.ServerProcess;
import baedal.runtime.Boot;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The backing services on one machine, and any number of replicas of each service. The rollout
 * benchmark starts and stops the replicas as a cluster would.
 */
public final class LocalCluster {

  private final Vertx vertx = Boot.vertx(Services.NAMES.size());
  private final Path home;
  private final Settings settings;
  private final BackingServices backing;

  /** By setting, such as {@code ORDER_URL}. */
  private final Map<String, String> urls = new HashMap<>();

  private final Set<Replica> running = ConcurrentHashMap.newKeySet();
  private final AtomicInteger started = new AtomicInteger();

  /**
   * One replica of a service.
   *
   * @param port the port to which clients connect
   * @param probePort the port of {@code /health/live} and {@code /health/ready}
   * @param process null for a replica in this JVM
   */
  public record Replica(String name, int port, int probePort, ServerProcess process) {}

  /**
   * {@code serviceUrls} has the URL at which other services find a service, by the name of the
   * service.
   */
  public LocalCluster(Path home, Map<String, String> serviceUrls, ConsoleProgress progress)
      throws IOException {
    this.home = home.toAbsolutePath();
    serviceUrls.forEach((service, url) -> urls.put(EndpointRouting.urlSetting(service), url));
    settings = Settings.onFreePorts();
    backing = new BackingServices(this.home, settings, Map.of(), progress, true);
  }

  /** Starts the backing services, with empty databases. */
  public void start() {
    backing.start();
    backing.declareTopology(vertx);
  }

  /** Starts a replica in its own process, and does not wait until it is ready. */
  public Replica start(String service, Map<String, String> moreSettings) throws IOException {
    Settings ports = Settings.onFreePorts();
    Map<String, String> environment = services(ports, "").environment(service);
    environment.put("LOG_FORMAT", "text");
    environment.putAll(moreSettings);
    String name = name(service);
    Path log = home.resolve("logs").resolve(name + ".log");
    ServerProcess process =
        ServerProcess.start(name, ServiceProcesses.command(service), environment, log);
    Replica replica = replica(name, service, ports, process);
    running.add(replica);
    process.onExit(code -> running.remove(replica));
    return replica;
  }

  /**
   * Starts a replica in this JVM, without a warm-up. This takes less time and memory than a
   * process, but the replica runs until {@link #stop}.
   */
  public Replica startInside(String service) throws IOException {
    Settings ports = Settings.onFreePorts();
    vertx.deployVerticle(services(ports, "0s").verticle(service)).await();
    return replica(name(service), service, ports, null);
  }

  private Services services(Settings ports, String warmUp) throws IOException {
    return new Services(
        ports,
        (caller, setting, uri) -> urls.getOrDefault(setting, uri),
        backing.databases(),
        backing.brokerAccess(),
        Secrets.loadOrCreate(home.resolve("secrets").resolve("token")),
        warmUp);
  }

  private String name(String service) {
    return service + "-" + started.incrementAndGet();
  }

  private static Replica replica(
      String name, String service, Settings ports, ServerProcess process) {
    int port = ports.port(Settings.portSetting(service));
    int probePort = service.equals("gateway") ? ports.port(Settings.OPERATIONS) : port;
    return new Replica(name, port, probePort, process);
  }

  /** The URIs with which an audit reads the databases and the broker. */
  public Sources sources() {
    return BackingServices.sources(home, settings, Map.of());
  }

  /** Ends all replicas without a drain, and then the backing services. */
  public void stop() {
    running.forEach(replica -> replica.process().kill());
    vertx.close().await();
    backing.stop();
  }
}
