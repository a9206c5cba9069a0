package baedal.dev;

import baedal.audit.Sources;
import baedal.backing.Orphans;
import baedal.backing.Postgres;
import baedal.backing.Secrets;
import baedal.backing.Tools;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The whole system on one machine, for {@code ./run}, the soak and the journey tests. It starts the
 * backing services, the six services and the gateway, describes them in {@code run.json}, and stops
 * them.
 */
public final class LocalSystem {

  private static final Duration READY_TIMEOUT = Duration.ofSeconds(90);

  /**
   * Maximum time in which the services stop. After that the backing services stop, of which
   * RabbitMQ is the slowest. All together stop in less than 20 seconds.
   */
  private static final Duration SERVICE_STOP_TIMEOUT = Duration.ofSeconds(8);

  private final Path home;
  private final HomeFolder folder;
  private final Settings settings;
  private final Map<String, String> environment;
  private final ConsoleProgress progress;
  private final boolean separate;
  private final EndpointRouting routing;
  private BackingServices backing;
  private Services services;
  private ServiceVerticles verticles;
  private ServiceProcesses processes;

  /**
   * {@code environment} may name external backing services, and set WARM_UP. With {@code separate}
   * each service runs in its own process, else all run in this JVM.
   */
  public LocalSystem(
      Path home,
      Settings settings,
      Map<String, String> environment,
      ConsoleProgress progress,
      boolean separate) {
    this(home, settings, environment, progress, separate, EndpointRouting.DIRECT);
  }

  /** {@code routing} may change the addresses of services and servers, for example to proxies. */
  public LocalSystem(
      Path home,
      Settings settings,
      Map<String, String> environment,
      ConsoleProgress progress,
      boolean separate,
      EndpointRouting routing) {
    this.home = home.toAbsolutePath();
    folder = new HomeFolder(this.home);
    this.settings = settings;
    this.environment = environment;
    this.progress = progress;
    this.separate = separate;
    this.routing = routing;
  }

  /**
   * Starts all servers and services, and returns when all services are ready. With {@code fresh} it
   * deletes all data first. Throws {@link Failure} when a tool is missing, a port is in use, or a
   * server or service does not start.
   */
  public void start(boolean fresh) throws IOException {
    begin(fresh);
    awaitReady();
  }

  /** As {@link #start}, but does not wait until the services are ready. */
  void begin(boolean fresh) throws IOException {
    folder.lock();
    RunDescription.delete(home);
    int orphans = Orphans.end(home) + Postgres.endOrphans(home.resolve("postgres"));
    if (orphans > 0) {
      progress.print("ended " + orphans + " processes of an earlier run that was killed");
    }
    checkTools();
    settings.portsToBind(environment).forEach(settings::freePort);
    if (fresh) {
      folder.clear();
      progress.print("all data is deleted");
    }
    folder.checkDisk();
    backing = new BackingServices(home, settings, environment, progress, separate);
    backing.start();
    services =
        new Services(
            settings,
            routing,
            backing.databases(),
            backing.brokerAccess(),
            Secrets.loadOrCreate(home.resolve("secrets").resolve("token")),
            environment.getOrDefault("WARM_UP", ""));
    if (separate) {
      startProcesses();
    } else {
      startVerticles();
    }
  }

  /** PostgreSQL refuses to run as root. {@code unshare} starts it as another user. */
  private void checkTools() {
    boolean root = "root".equals(System.getProperty("user.name"));
    if (root && !environment.containsKey("POSTGRES_URI") && Tools.find("unshare").isEmpty()) {
      throw new Failure(
          "PostgreSQL cannot start as root without the tool unshare: apt-get install util-linux");
    }
  }

  private void startVerticles() {
    verticles = new ServiceVerticles(services, progress, SERVICE_STOP_TIMEOUT);
    backing.declareTopology(verticles.vertx());
    verticles.start();
  }

  private void startProcesses() throws IOException {
    Vertx vertx = Vertx.vertx();
    backing.declareTopology(vertx);
    vertx.close().await();
    processes =
        new ServiceProcesses(services, home.resolve("logs"), progress, SERVICE_STOP_TIMEOUT);
    processes.start();
  }

  /**
   * Starts a second replica of every service in this JVM, on other ports, and returns when all are
   * ready. The returned action stops the replicas after their current requests and events.
   */
  public Runnable replicate(Settings ports) {
    return verticles.replicate(ports);
  }

  /**
   * Starts the service again in this JVM, on its port in {@code ports}. It undeploys the previous
   * instance and does not wait for that. A test that simulates a crash cuts the connections of the
   * previous instance before it calls this method.
   */
  public void replace(String service, Settings ports) {
    verticles.replace(service, ports);
  }

  /** The names of all services, and of the backing services that this run started. */
  public List<String> processes() {
    List<String> names = new ArrayList<>(Services.NAMES);
    names.addAll(backing.started());
    return names;
  }

  /** Sends SIGKILL to one of {@link #processes}; only in a system of separate processes. */
  public void kill(String name) {
    if (processes.runs(name)) {
      processes.kill(name);
    } else {
      backing.kill(name);
    }
  }

  /**
   * Starts a killed process again. Waits until a backing service has started, but does not wait for
   * one of the seven services.
   */
  public void restart(String name) throws IOException {
    if (Services.NAMES.contains(name)) {
      processes.start(name);
    } else {
      backing.start(name);
    }
  }

  /**
   * Waits until all services are ready, and then writes the {@link RunDescription}. Throws {@link
   * Failure} after 90 seconds.
   */
  public void awaitReady() throws IOException {
    Client client = new Client(settings.url("gateway"));
    Client operations = new Client("http://127.0.0.1:" + settings.port(Settings.OPERATIONS));
    long deadline = System.nanoTime() + READY_TIMEOUT.toNanos();
    while (!client.isUp() || !operations.isReady()) {
      if (System.nanoTime() > deadline) {
        throw new Failure(
            "the services did not become ready within "
                + READY_TIMEOUT.toSeconds()
                + " s: "
                + client.health());
      }
      Client.pause();
    }
    progress.print("all services are ready");
    RunDescription.write(home, settings, describe());
  }

  private ArrayNode describe() {
    ArrayNode entries = backing.describe();
    for (String service : Services.NAMES) {
      entries
          .addObject()
          .put("name", service)
          .put("pid", runner().pid(service))
          .put("address", "127.0.0.1:" + services.port(service))
          .put("data", home.toString());
    }
    return entries;
  }

  private ServiceRunner runner() {
    return separate ? processes : verticles;
  }

  /** The URIs with which an audit reads the databases and the broker of this system. */
  public Sources sources() {
    return BackingServices.sources(home, settings, environment);
  }

  /**
   * The address, user and password of the broker's management page; null for an external broker.
   */
  String management() {
    return backing.management();
  }

  /** Stops everything that {@link #start} started. Does nothing if the system is not running. */
  public void stop() {
    if (!folder.isLocked()) {
      return;
    }
    try {
      if (runner() != null) {
        runner().stop();
      }
    } finally {
      if (backing != null) {
        backing.stop();
      }
      unlock();
    }
  }

  private void unlock() {
    try {
      RunDescription.delete(home);
      folder.unlock();
    } catch (IOException e) {
      progress.print("could not unlock " + home + ": " + Failure.describe(e));
    }
  }
}
