package baedal.dev;

import baedal.audit.Sources;
import baedal.backing.Mongo;
import baedal.backing.Postgres;
import baedal.backing.Rabbit;
import baedal.backing.RabbitPackage;
import baedal.backing.Redis;
import baedal.backing.Secrets;
import baedal.backing.Server;
import baedal.backing.Tools;
import baedal.rabbitmq.TopologyDeclaration;
import baedal.runtime.Json;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Starts and stops the four backing services of a one-machine run, for {@link LocalSystem}. It
 * starts all four at the same time, except external servers: environment variables name these, and
 * they run already.
 */
final class BackingServices {

  static final String RABBITMQ = "rabbitmq";

  /** The backing service that starts slowest comes first. */
  static final List<String> NAMES = List.of(RABBITMQ, "postgres", "mongo", "redis");

  private final Path home;
  private final Settings settings;
  private final Map<String, String> environment;
  private final ConsoleProgress progress;
  private final boolean separate;
  private final BrokerAccess brokerAccess;

  /** The servers that this run started, by the folder under {@code home} that holds their data. */
  private final Map<String, Server> started = new ConcurrentSkipListMap<>();

  private String postgres;
  private String mongo;
  private String redis;
  private Rabbit rabbit;

  /** With {@code separate}, no backing service runs inside this JVM. */
  BackingServices(
      Path home,
      Settings settings,
      Map<String, String> environment,
      ConsoleProgress progress,
      boolean separate) {
    this.home = home;
    this.settings = settings;
    this.environment = environment;
    this.progress = progress;
    this.separate = separate;
    brokerAccess = new BrokerAccess(home, settings, environment);
  }

  void start() {
    ExecutorService pool = Executors.newFixedThreadPool(NAMES.size());
    try {
      List<Future<Void>> starts = new ArrayList<>();
      for (String name : NAMES) {
        starts.add(
            pool.submit(
                () -> {
                  start(name);
                  return null;
                }));
      }
      for (Future<Void> start : starts) {
        start.get();
      }
    } catch (ExecutionException e) {
      throw new Failure(Failure.describe(e.getCause()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure("interrupted");
    } finally {
      pool.shutdown();
    }
  }

  /** Starts one of {@link #NAMES}: the first time, or again after {@link #kill}. */
  void start(String name) throws IOException {
    switch (name) {
      case RABBITMQ -> startRabbit();
      case "postgres" ->
          postgres = startUnlessExternal("POSTGRES_URI", Settings.POSTGRES, name, Postgres::start);
      case "mongo" ->
          mongo =
              startUnlessExternal(
                  "MONGO_URI",
                  Settings.MONGO,
                  name,
                  (folder, port) -> Mongo.start(folder, port, separate));
      case "redis" -> redis = startUnlessExternal("REDIS_URI", Settings.REDIS, name, Redis::start);
      default -> throw new IllegalArgumentException(name);
    }
  }

  private interface Start<S extends Server> {
    S start(Path folder, int port) throws IOException;
  }

  /**
   * Returns the URI of the external server that {@code variable} names, or else of the server that
   * it starts.
   */
  private <S extends Server> String startUnlessExternal(
      String variable, String portSetting, String folder, Start<S> start) throws IOException {
    Optional<String> external = Settings.externalUri(environment, variable);
    if (external.isPresent()) {
      progress.print("using the external server in " + variable);
      return external.get();
    }
    int port = settings.freePort(portSetting);
    return register(start.start(home.resolve(folder), port), folder).uri();
  }

  private <S extends Server> S register(S server, String folder) {
    started.put(folder, server);
    progress.print(server.name() + " is up");
    return server;
  }

  private void startRabbit() throws IOException {
    if (brokerAccess.externalUri().isPresent()) {
      progress.print("using the external server in AMQP_URI");
      return;
    }
    Path folder = home.resolve(RABBITMQ);
    String password = brokerAccess.adminPassword();
    if (!RabbitPackage.isInstalled() && Tools.docker()) {
      rabbit =
          register(
              Rabbit.startInDocker(
                  folder,
                  settings.freePort(Settings.AMQP),
                  settings.freePort(Settings.MANAGEMENT),
                  password),
              RABBITMQ);
      return;
    }
    RabbitPackage.ensureInstalled(progress::print);
    brokerAccess.useServiceUsers();
    Path definitions = folder.resolve("definitions.json");
    Secrets.write(definitions, brokerAccess.definitions().toPrettyString());
    rabbit =
        register(
            Rabbit.start(
                folder,
                settings.freePort(Settings.AMQP),
                settings.freePort(Settings.MANAGEMENT),
                password,
                definitions),
            RABBITMQ);
    rabbit.lowerPriority();
  }

  /**
   * Declares the exchanges and queues, unless the broker has loaded them with the definitions of
   * this run.
   */
  void declareTopology(Vertx vertx) {
    if (!brokerAccess.hasServiceUsers()) {
      TopologyDeclaration.declare(vertx, brokerAccess.serviceUri("order")).await();
      progress.print("exchanges and queues are declared");
    }
  }

  DatabaseUris databases() {
    return new DatabaseUris(postgres, mongo, redis);
  }

  /** The URIs with which an audit reads the databases and the broker of a running system. */
  static Sources sources(Path home, Settings settings, Map<String, String> environment) {
    DatabaseUris databases = DatabaseUris.ofRunning(settings, environment);
    return new Sources(
        databases.postgres("order"),
        databases.postgres("payment"),
        databases.mongo("store"),
        databases.mongo("rider"),
        databases.redisDatabase(),
        databases.mongo("mypage"),
        new BrokerAccess(home, settings, environment).adminUri());
  }

  BrokerAccess brokerAccess() {
    return brokerAccess;
  }

  /** The names of the servers that this run started. */
  List<String> started() {
    return List.copyOf(started.keySet());
  }

  /** Kills one of {@link #started} with SIGKILL. */
  void kill(String name) {
    started.remove(name).kill();
  }

  /** The address, user and password of the management page; null for an external broker. */
  String management() {
    if (rabbit == null) {
      return null;
    }
    String[] user = URI.create(rabbit.uri()).getUserInfo().split(":", 2);
    return rabbit.management() + "  user " + user[0] + "  password " + user[1];
  }

  /** Returns the entries in {@code run.json} for the servers that this run started. */
  ArrayNode describe() {
    ArrayNode servers = Json.mapper().createArrayNode();
    started.forEach(
        (folder, server) -> {
          URI uri = URI.create(server.uri());
          servers
              .addObject()
              .put("name", server.name())
              .put("pid", server.pid())
              .put("address", uri.getHost() + ":" + uri.getPort())
              .put("data", home.resolve(folder).toString());
        });
    return servers;
  }

  void stop() {
    started.values().parallelStream().forEach(Server::stop);
  }
}
