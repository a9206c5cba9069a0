package baedal.dev;

import baedal.backing.Mongo;
import baedal.backing.Postgres;
import baedal.backing.Rabbit;
import baedal.backing.RabbitPackage;
import baedal.backing.Redis;
import baedal.backing.Secrets;
import baedal.backing.Server;
import baedal.backing.Tools;
import baedal.events.Subscriptions;
import baedal.rabbitmq.BrokerDefinitions;
import baedal.rabbitmq.TopologyDeclaration;
import baedal.runtime.Json;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The four backing services of a one-machine run: named in the environment, else started, side by
 * side.
 */
final class BackingServices {

  static final String RABBITMQ = "rabbitmq";

  /** The slowest first. */
  static final List<String> NAMES = List.of(RABBITMQ, "postgres", "mongo", "redis");

  private final Path home;
  private final Settings settings;
  private final Map<String, String> environment;
  private final ConsoleProgress steps;
  private final boolean separate;

  /** The servers that are ours, by the folder under {@code home} that holds their data. */
  private final Map<String, Server> started = new ConcurrentSkipListMap<>();

  private String postgres;
  private String mongo;
  private String redis;
  private Rabbit rabbit;
  private boolean serviceUsers;

  /** {@code separate}: none of them inside this JVM. */
  BackingServices(
      Path home,
      Settings settings,
      Map<String, String> environment,
      ConsoleProgress steps,
      boolean separate) {
    this.home = home;
    this.settings = settings;
    this.environment = environment;
    this.steps = steps;
    this.separate = separate;
  }

  void start() {
    ExecutorService pool = Executors.newFixedThreadPool(NAMES.size());
    try {
      List<Future<Void>> starting = new ArrayList<>();
      for (String name : NAMES) {
        starting.add(
            pool.submit(
                () -> {
                  start(name);
                  return null;
                }));
      }
      for (Future<Void> one : starting) {
        one.get();
      }
    } catch (ExecutionException e) {
      throw new Failure(Failure.words(e.getCause()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure("interrupted");
    } finally {
      pool.shutdown();
    }
  }

  /** One of {@link #NAMES}; again, after it was killed. */
  void start(String name) throws IOException {
    switch (name) {
      case RABBITMQ -> startRabbit();
      case "postgres" -> postgres = named("POSTGRES_URI", Settings.POSTGRES, name, Postgres::start);
      case "mongo" ->
          mongo =
              named(
                  "MONGO_URI",
                  Settings.MONGO,
                  name,
                  (folder, port) -> Mongo.start(folder, port, separate));
      case "redis" -> redis = named("REDIS_URI", Settings.REDIS, name, Redis::start);
      default -> throw new IllegalArgumentException(name);
    }
  }

  /** Those that are not somebody else's. */
  List<String> ours() {
    return List.copyOf(started.keySet());
  }

  /** As a power cut would. */
  void kill(String name) {
    started.remove(name).kill();
  }

  /** As {@link #start}, for servers that run already: starts nothing. */
  void attach() {
    postgres = running("POSTGRES_URI", "postgresql://postgres:postgres@", Settings.POSTGRES);
    mongo = running("MONGO_URI", "mongodb://", Settings.MONGO);
    redis = running("REDIS_URI", "redis://", Settings.REDIS);
  }

  private String running(String variable, String scheme, String port) {
    String uri = environment.get(variable);
    return uri == null || uri.isBlank() ? scheme + "127.0.0.1:" + settings.port(port) : uri.strip();
  }

  private interface Start<S extends Server> {
    S at(Path folder, int port) throws IOException;
  }

  private <S extends Server> String named(
      String variable, String port, String folder, Start<S> start) throws IOException {
    String uri = environment.get(variable);
    if (uri != null && !uri.isBlank()) {
      steps.say("using " + variable);
      return uri.strip();
    }
    return ready(start.at(home.resolve(folder), settings.freePort(port)), folder).uri();
  }

  private <S extends Server> S ready(S server, String folder) {
    started.put(folder, server);
    steps.say(server.name() + " is up");
    return server;
  }

  private void startRabbit() throws IOException {
    String named = environment.get("AMQP_URI");
    if (named != null && !named.isBlank()) {
      steps.say("using AMQP_URI");
      return;
    }
    String password = brokerPassword();
    if (!RabbitPackage.isInstalled() && Tools.docker()) {
      rabbit =
          ready(
              Rabbit.startInDocker(
                  home.resolve("rabbitmq"),
                  settings.freePort(Settings.AMQP),
                  settings.freePort(Settings.MANAGEMENT),
                  password),
              RABBITMQ);
      return;
    }
    RabbitPackage.ensureInstalled(steps::say);
    serviceUsers = true;
    Path definitions = home.resolve("rabbitmq").resolve("definitions.json");
    Secrets.write(definitions, definitions().toPrettyString());
    rabbit =
        ready(
            Rabbit.start(
                home.resolve("rabbitmq"),
                settings.freePort(Settings.AMQP),
                settings.freePort(Settings.MANAGEMENT),
                password,
                definitions),
            RABBITMQ);
    rabbit.lowerPriority();
  }

  /** What the broker holds, with a user for each service that may do the least it needs. */
  private ObjectNode definitions() throws IOException {
    BrokerDefinitions definitions =
        new BrokerDefinitions("/").administrator(Rabbit.ADMIN, brokerPassword());
    for (String service : Subscriptions.CONSUMERS) {
      definitions.service(service, servicePassword(service));
    }
    return definitions.json();
  }

  private String brokerPassword() throws IOException {
    return Secrets.loadOrCreate(home.resolve("secrets").resolve("rabbitmq"));
  }

  private String servicePassword(String service) throws IOException {
    return Secrets.loadOrCreate(home.resolve("secrets").resolve("rabbitmq-" + service));
  }

  /** A broker that loads no definitions gets them over its protocol. */
  void declare(Vertx vertx) {
    if (!serviceUsers) {
      TopologyDeclaration.declare(vertx, amqp("order")).await();
      steps.say("exchanges and queues are declared");
    }
  }

  /** The URI of a service's own PostgreSQL database, made if it is missing. */
  String postgres(String service) {
    try {
      return Postgres.database(postgres, "baedal_" + service);
    } catch (SQLException e) {
      throw new Failure("PostgreSQL refuses a database for " + service + ": " + e.getMessage());
    }
  }

  String mongo(String service) {
    return mongo + "/baedal_" + service;
  }

  String redis() {
    return redis + "/0";
  }

  /** What a service connects to the broker with: its own user, where there are such. */
  String amqp(String service) {
    String named = environment.get("AMQP_URI");
    if (named != null && !named.isBlank()) {
      return named.strip();
    }
    if (!serviceUsers) {
      return rabbit.uri();
    }
    try {
      return "amqp://" + service + ":" + servicePassword(service) + "@127.0.0.1:" + rabbit.port();
    } catch (IOException e) {
      throw new Failure("cannot read the secrets under " + home + ": " + e.getMessage());
    }
  }

  /** What an operator connects to the broker with. */
  String amqp() {
    String named = environment.get("AMQP_URI");
    if (named != null && !named.isBlank()) {
      return named.strip();
    }
    try {
      return "amqp://"
          + Rabbit.ADMIN
          + ":"
          + brokerPassword()
          + "@127.0.0.1:"
          + settings.port(Settings.AMQP);
    } catch (IOException e) {
      throw new Failure("cannot read the secrets under " + home + ": " + e.getMessage());
    }
  }

  /** Where to look at the broker, and as whom; null when it is somebody else's. */
  String management() {
    if (rabbit == null) {
      return null;
    }
    String[] user = URI.create(rabbit.uri()).getUserInfo().split(":", 2);
    return rabbit.management() + "  user " + user[0] + "  password " + user[1];
  }

  /** What runs where, for {@code run.json}. */
  ArrayNode describe() {
    ArrayNode all = Json.mapper().createArrayNode();
    started.forEach(
        (folder, server) -> {
          URI uri = URI.create(server.uri());
          all.addObject()
              .put("name", server.name())
              .put("pid", server.pid())
              .put("address", uri.getHost() + ":" + uri.getPort())
              .put("data", home.resolve(folder).toString());
        });
    return all;
  }

  void stop() {
    started.values().parallelStream().forEach(Server::stop);
  }
}
