package baedal.testkit;

import baedal.backing.Mongo;
import baedal.backing.Ports;
import baedal.backing.Postgres;
import baedal.backing.Rabbit;
import baedal.backing.RabbitManagement;
import baedal.backing.RabbitPackage;
import baedal.backing.Redis;
import baedal.backing.Secrets;
import baedal.backing.Server;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Real servers for tests. Each call returns a new empty database or virtual host. The environment
 * names the servers ({@code POSTGRES_URI}, {@code MONGO_URI}, {@code REDIS_URI}; {@code AMQP_URI}
 * with {@code AMQP_MANAGEMENT_URI}). A server that the environment does not name starts at the
 * first call and stops with the JVM.
 */
public final class TestServers {

  private static final Path HOME =
      FastFolder.parent().resolve("baedal-test-" + System.getProperty("user.name"));
  private static final Path RUN = HOME.resolve("run-" + ProcessHandle.current().pid());
  private static final List<Server> STARTED = new ArrayList<>();

  /**
   * Whether {@code -Dbaedal.servers=testcontainers} is set. The same property activates the Maven
   * profile that adds the library Testcontainers.
   */
  private static final boolean CONTAINERS =
      "testcontainers".equals(System.getProperty("baedal.servers"));

  private static final AtomicInteger REDIS_DATABASE = new AtomicInteger();

  private static String postgres;
  private static String mongo;
  private static String redis;
  private static Broker broker;

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(TestServers::stop, "stop test servers"));
  }

  private TestServers() {}

  private record Broker(String uri, String management) {}

  private interface Start {
    String uri() throws IOException;
  }

  /** {@code postgresql://user:password@host:port/database} of an empty database. */
  public static synchronized String postgres() {
    if (postgres == null) {
      postgres =
          server(
              "POSTGRES_URI",
              () -> Containers.postgres(),
              () -> started(Postgres.start(RUN.resolve("postgres"), Ports.free())).uri());
    }
    try {
      return Postgres.database(postgres, name());
    } catch (SQLException e) {
      throw new IllegalStateException("cannot create a PostgreSQL database for a test", e);
    }
  }

  /** {@code mongodb://host:port/database} of an empty database. */
  public static synchronized String mongo() {
    if (mongo == null) {
      mongo =
          server(
              "MONGO_URI",
              () -> Containers.mongo(),
              () -> started(Mongo.inMemory(Ports.free())).uri());
    }
    return mongo + "/" + name();
  }

  /**
   * {@code redis://host:port/number} of an empty database; numbers start at 0. The databases of a
   * server named in {@code REDIS_URI} must be empty.
   */
  public static synchronized String redis() {
    if (redis == null) {
      redis =
          server(
              "REDIS_URI",
              () -> Containers.redis(),
              () -> started(Redis.start(RUN.resolve("redis"), Ports.free())).uri());
    }
    return redis + "/" + REDIS_DATABASE.getAndIncrement();
  }

  /** {@code amqp://user:password@host:port/vhost} of an empty virtual host. */
  public static synchronized String amqp() {
    try {
      if (broker == null) {
        broker = startBroker();
      }
      URI server = URI.create(broker.uri());
      String[] user = server.getUserInfo().split(":", 2);
      return new RabbitManagement(broker.management(), user[0], user[1])
          .createVirtualHost(name(), server.getPort());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot create a RabbitMQ virtual host for a test", e);
    }
  }

  private static String server(String variable, Supplier<String> container, Start start) {
    String named = System.getenv(variable);
    if (named != null) {
      return named;
    }
    try {
      return CONTAINERS ? container.get() : start.uri();
    } catch (IOException e) {
      throw new UncheckedIOException(
          "the server for the tests did not start; you can name a running server in " + variable,
          e);
    }
  }

  private static Broker startBroker() throws IOException {
    String named = System.getenv("AMQP_URI");
    if (named != null) {
      return new Broker(named, System.getenv("AMQP_MANAGEMENT_URI"));
    }
    if (CONTAINERS) {
      Containers.Broker container = Containers.rabbit();
      return new Broker(container.uri(), container.management());
    }
    RabbitPackage.ensureInstalled(System.err::println);
    Rabbit node =
        started(
            Rabbit.start(
                RUN.resolve("rabbitmq"), Ports.free(), Ports.free(), Secrets.random(), null));
    return new Broker(node.uri(), node.management());
  }

  private static <S extends Server> S started(S server) {
    STARTED.add(server);
    return server;
  }

  private static String name() {
    return "t" + UUID.randomUUID().toString().replace("-", "");
  }

  private static void stop() {
    STARTED.parallelStream().forEach(Server::stop);
    try (var files = Files.walk(RUN)) {
      files.sorted(java.util.Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException | UncheckedIOException e) {
      System.err.println("cannot delete " + RUN + ": " + e.getMessage());
    }
  }
}
