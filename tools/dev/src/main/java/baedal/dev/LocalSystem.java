package baedal.dev;

import baedal.audit.Sources;
import baedal.backing.Orphans;
import baedal.backing.Postgres;
import baedal.backing.Secrets;
import baedal.backing.ServerProcess;
import baedal.backing.Tools;
import baedal.runtime.Boot;
import baedal.runtime.Json;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * The whole system on one machine: backing services and the seven services, started, described, and
 * stopped again.
 */
public final class LocalSystem {

  private static final Duration READY_WITHIN = Duration.ofSeconds(90);

  /** With the longest of the backing services, RabbitMQ, under 20 seconds. */
  private static final Duration SERVICES_STOP_WITHIN = Duration.ofSeconds(8);

  private static final String RUN = "run.json";
  private static final long ENOUGH_DISK_BYTES = 500_000_000L;

  private final Path home;
  private final Settings settings;
  private final Map<String, String> environment;
  private final ConsoleProgress steps;
  private final boolean separate;
  private final EndpointRouting ways;
  private final Map<String, ServerProcess> processes = new ConcurrentHashMap<>();
  private final Map<String, String> deployed = new ConcurrentHashMap<>();
  private final Map<String, Integer> lives = new ConcurrentHashMap<>();
  private FileLock lock;
  private BackingServices backings;
  private Services services;
  private Vertx vertx;

  /** {@code environment} may name backing services that run already. */
  public LocalSystem(
      Path home,
      Settings settings,
      Map<String, String> environment,
      ConsoleProgress steps,
      boolean separate) {
    this(home, settings, environment, steps, separate, EndpointRouting.STRAIGHT);
  }

  /** As the other; the services go to each other and to the backing services by {@code ways}. */
  public LocalSystem(
      Path home,
      Settings settings,
      Map<String, String> environment,
      ConsoleProgress steps,
      boolean separate,
      EndpointRouting ways) {
    this.ways = ways;
    this.home = home.toAbsolutePath();
    this.settings = settings;
    this.environment = environment;
    this.steps = steps;
    this.separate = separate;
  }

  /** Whether a system runs from this folder. */
  static boolean runs(Path home) throws IOException {
    Files.createDirectories(home);
    try (RandomAccessFile file = new RandomAccessFile(home.resolve("lock").toFile(), "rw");
        FileLock lock = file.getChannel().tryLock()) {
      return lock == null;
    }
  }

  /** Where the gateway of the system is that runs from this folder, once it has started. */
  static String gateway(Path home) throws IOException {
    long deadline = System.nanoTime() + READY_WITHIN.toNanos();
    while (!Files.exists(home.resolve(RUN))) {
      if (!runs(home) || System.nanoTime() > deadline) {
        throw new Failure("the system of this folder did not become ready");
      }
      Client.pause();
    }
    return Json.mapper().readTree(home.resolve(RUN).toFile()).path("gateway").asText();
  }

  public void start(boolean fresh) throws IOException {
    takeLock();
    Files.deleteIfExists(home.resolve(RUN));
    int orphans = Orphans.end(home) + Postgres.endOrphans(home.resolve("postgres"));
    if (orphans > 0) {
      steps.say("ended " + orphans + " processes that a killed run left behind");
    }
    checkTools();
    checkPorts();
    if (fresh) {
      clear();
      steps.say("starting empty");
    }
    checkDisk();
    backings = new BackingServices(home, settings, environment, steps, separate);
    backings.start();
    services =
        new Services(
            settings, ways, backings, Secrets.loadOrCreate(home.resolve("secrets").resolve("token")));
    if (separate) {
      startProcesses();
    } else {
      startVerticles();
    }
    awaitReady();
    describe();
  }

  @SuppressWarnings("resource")
  private void takeLock() throws IOException {
    try {
      Files.createDirectories(home);
      Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx------"));
      lock = new RandomAccessFile(home.resolve("lock").toFile(), "rw").getChannel().tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null;
    } catch (IOException e) {
      throw new Failure(
          "cannot write to " + home + " (" + Failure.words(e) + "): make it yours, and writable");
    }
    if (lock == null) {
      throw new Failure(
          "Baedal runs already from this folder (see "
              + home.resolve(RUN)
              + "): end it first with Ctrl-C in its terminal");
    }
  }

  private void clear() throws IOException {
    List<Path> all;
    try (Stream<Path> files = Files.walk(home)) {
      all =
          files
              .sorted(Comparator.reverseOrder())
              .filter(file -> !file.equals(home) && !kept(file))
              .toList();
    }
    for (Path file : all) {
      Files.deleteIfExists(file);
    }
  }

  /** What this very process holds open. */
  private boolean kept(Path file) {
    String first = home.relativize(file).getName(0).toString();
    return Set.of("lock", "logs", "tmp", "soak").contains(first);
  }

  private void checkDisk() throws IOException {
    long free = Files.getFileStore(home).getUsableSpace();
    if (free < ENOUGH_DISK_BYTES) {
      throw new Failure(
          "the disk of "
              + home
              + " has only "
              + free / 1_000_000
              + " MB left: free "
              + ENOUGH_DISK_BYTES / 1_000_000
              + " MB");
    }
  }

  /** PostgreSQL refuses to run as root; its starter then changes the user with this tool. */
  private void checkTools() {
    boolean root = "root".equals(System.getProperty("user.name"));
    if (root && !environment.containsKey("POSTGRES_URI") && Tools.find("unshare").isEmpty()) {
      throw new Failure(
          "the tool unshare is missing, without which PostgreSQL cannot start as root: apt-get install util-linux");
    }
  }

  private void checkPorts() {
    settings.portsToTake(environment).forEach(settings::freePort);
  }

  private void startVerticles() {
    vertx = Boot.vertx(Services.NAMES.size());
    backings.declare(vertx);
    deployed.putAll(deploy(services));
    steps.say("seven services are deployed");
  }

  /**
   * One more replica of every service on the ports {@code at}, in this JVM, ready for work. What is
   * returned stops it: each service finishes what it has in hand.
   */
  public Runnable replicate(Settings at) {
    List<String> replica = List.copyOf(deploy(services.on(at)).values());
    for (String service : Services.NAMES) {
      awaitReady(service, at);
    }
    return () -> io.vertx.core.Future.all(replica.stream().map(vertx::undeploy).toList()).await();
  }

  /**
   * The next life of a service, on its port in {@code at}, in this JVM. The last one ends in its
   * own time: whoever wants it dead has cut it off before.
   */
  public void replace(String service, Settings at) {
    String last = deployed.put(service, deploy(services.on(at), service).await());
    vertx.undeploy(last).onFailure(e -> steps.say(service + " ended badly: " + Failure.words(e)));
  }

  private Map<String, String> deploy(Services all) {
    Map<String, io.vertx.core.Future<String>> deployed = new LinkedHashMap<>();
    Services.NAMES.forEach(service -> deployed.put(service, deploy(all, service)));
    io.vertx.core.Future.all(List.copyOf(deployed.values())).await();
    Map<String, String> ids = new LinkedHashMap<>();
    deployed.forEach((service, id) -> ids.put(service, id.result()));
    return ids;
  }

  private io.vertx.core.Future<String> deploy(Services all, String service) {
    return vertx
        .deployVerticle(all.verticle(service))
        .recover(
            e ->
                io.vertx.core.Future.failedFuture(
                    new Failure(
                        "%s cannot start on port %d (%s): %s"
                            .formatted(
                                service,
                                all.port(service),
                                Services.portSetting(service),
                                Failure.words(e)))));
  }

  private void startProcesses() throws IOException {
    Vertx declaring = Vertx.vertx();
    backings.declare(declaring);
    declaring.close().await();
    for (String service : Services.NAMES) {
      startProcess(service);
      steps.say(service + " starts in a process of its own");
    }
  }

  private void startProcess(String service) throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-Xmx160m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Services.mainClass(service));
    Map<String, String> own = services.environment(service);
    own.put("LOG_FORMAT", "text");
    int life = lives.merge(service, 1, Integer::sum);
    String log = life == 1 ? service + ".log" : service + "-" + life + ".log";
    Path file = home.resolve("logs").resolve(log);
    ServerProcess process = ServerProcess.start(service, command, own, file);
    processes.put(service, process);
    process.onExit(code -> ended(service, process, code, file));
  }

  /** Whoever ends a process on purpose takes it out first. */
  private void ended(String service, ServerProcess process, int code, Path log) {
    if (processes.remove(service, process)) {
      steps.say(service + " ended by itself with " + code + ": see " + log + ", and start anew");
    }
  }

  /** What a power cut may hit: every service and every backing service of ours. */
  public List<String> victims() {
    List<String> victims = new ArrayList<>(Services.NAMES);
    victims.addAll(backings.ours());
    return victims;
  }

  /** SIGKILL to one of {@link #victims}; only where each has a process of its own. */
  public void kill(String victim) {
    if (processes.containsKey(victim)) {
      processes.remove(victim).kill();
    } else {
      backings.kill(victim);
    }
  }

  /** Starts again what was killed, and comes back when a backing service answers. */
  public void restart(String victim) throws IOException {
    if (Services.NAMES.contains(victim)) {
      startProcess(victim);
    } else {
      backings.start(victim);
    }
  }

  /** Comes back when all services say that they are ready. */
  public void awaitReady() throws IOException {
    Client client = new Client(settings.url("gateway"));
    long deadline = System.nanoTime() + READY_WITHIN.toNanos();
    while (!client.isUp()) {
      if (System.nanoTime() > deadline) {
        throw new Failure(
            "the services did not become ready within "
                + READY_WITHIN.toSeconds()
                + " s: "
                + client.health());
      }
      Client.pause();
    }
    steps.say("all services are ready");
  }

  /** All but the gateway, which has nothing to get ready. */
  private static void awaitReady(String service, Settings at) {
    if (!service.equals("gateway")) {
      new RetryingClient()
          .ask(
              service + " is ready",
              Set.of(200),
              Set.of(),
              () -> new Client(at.url(service)).get("/health/ready"));
    }
  }

  private void describe() throws IOException {
    ArrayNode all = backings.describe();
    for (String service : Services.NAMES) {
      long pid = separate ? processes.get(service).pid() : ProcessHandle.current().pid();
      all.addObject()
          .put("name", service)
          .put("pid", pid)
          .put("address", "127.0.0.1:" + services.port(service))
          .put("data", home.toString());
    }
    ObjectNode run = Json.mapper().createObjectNode();
    run.put("gateway", settings.url("gateway"));
    run.put("operations", "http://127.0.0.1:" + settings.port(Settings.OPERATIONS));
    run.set("processes", all);
    Path part = Files.writeString(home.resolve(RUN + ".part"), run.toPrettyString() + "\n");
    Files.move(part, home.resolve(RUN), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Where an audit of the system that runs from this folder finds what each service keeps. */
  public Sources books() {
    BackingServices running = new BackingServices(home, settings, environment, steps, separate);
    running.attach();
    return new Sources(
        running.postgres("order"),
        running.postgres("payment"),
        running.mongo("store"),
        running.mongo("rider"),
        running.redis(),
        running.mongo("mypage"),
        running.amqp());
  }

  /** Where to look at the broker, or null. */
  String management() {
    return backings.management();
  }

  /** Ends everything it started, and nothing else. */
  public void stop() {
    if (lock == null) {
      return;
    }
    try {
      List<ServerProcess> ending = List.copyOf(processes.values());
      processes.clear();
      ending.parallelStream().forEach(process -> process.stop(SERVICES_STOP_WITHIN));
      if (vertx != null) {
        vertx
            .close()
            .toCompletionStage()
            .toCompletableFuture()
            .get(SERVICES_STOP_WITHIN.toSeconds(), TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      steps.say("not all services stopped in time: " + e);
    } finally {
      if (backings != null) {
        backings.stop();
      }
      home.resolve(RUN).toFile().delete();
      unlock();
    }
  }

  private void unlock() {
    try {
      lock.acquiredBy().close();
      lock = null;
    } catch (IOException e) {
      steps.say("could not unlock " + home + ": " + Failure.words(e));
    }
  }
}
