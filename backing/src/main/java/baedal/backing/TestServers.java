package baedal.backing;

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

/**
 * Real servers for tests: each call gives a database or virtual host of its own. The servers named
 * in the environment ({@code POSTGRES_URI}, {@code MONGO_URI}, {@code REDIS_URI}; {@code AMQP_URI}
 * with {@code AMQP_MANAGEMENT_URI}) are used, else started once a JVM, when first asked for, and
 * stopped with it.
 */
public final class TestServers {

  private static final Path HOME = Path.of(System.getProperty("java.io.tmpdir"), "baedal-test");
  private static final Path RUN = HOME.resolve("run-" + ProcessHandle.current().pid());
  private static final List<Server> STARTED = new ArrayList<>();
  private static final AtomicInteger REDIS_DATABASE = new AtomicInteger();

  private static Postgres postgres;
  private static Mongo mongo;
  private static Redis redis;
  private static Rabbit rabbit;

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(TestServers::stop, "stop test servers"));
  }

  private TestServers() {}

  /** {@code postgresql://user:password@host:port/database} of an empty database. */
  public static synchronized String postgres() {
    try {
      String server = System.getenv("POSTGRES_URI");
      if (server == null) {
        if (postgres == null) {
          postgres = started(Postgres.start(RUN.resolve("postgres"), Ports.free()));
        }
        server = postgres.uri();
      }
      return Postgres.database(server, name());
    } catch (IOException | SQLException e) {
      throw new IllegalStateException("no PostgreSQL for tests", e);
    }
  }

  /** {@code mongodb://host:port/database} of an empty database. */
  public static synchronized String mongo() {
    try {
      String server = System.getenv("MONGO_URI");
      if (server == null) {
        if (mongo == null) {
          mongo = started(Mongo.inMemory(Ports.free()));
        }
        server = mongo.uri();
      }
      return server + "/" + name();
    } catch (IOException e) {
      throw new UncheckedIOException("no MongoDB for tests", e);
    }
  }

  /** {@code redis://host:port/number} of an empty database. */
  public static synchronized String redis() {
    try {
      String server = System.getenv("REDIS_URI");
      if (server == null) {
        if (redis == null) {
          redis = started(Redis.start(RUN.resolve("redis"), Ports.free()));
        }
        server = redis.uri();
      }
      return server + "/" + REDIS_DATABASE.getAndIncrement();
    } catch (IOException e) {
      throw new UncheckedIOException("no Redis for tests", e);
    }
  }

  /** {@code amqp://user:password@host:port/vhost} of an empty virtual host. */
  public static synchronized String amqp() {
    try {
      String named = System.getenv("AMQP_URI");
      if (named != null) {
        URI server = URI.create(named);
        String[] user = server.getUserInfo().split(":", 2);
        return Rabbit.virtualHost(
            System.getenv("AMQP_MANAGEMENT_URI"), server.getPort(), user[0], user[1], name());
      }
      Rabbit node = broker();
      String password = URI.create(node.uri()).getUserInfo().split(":", 2)[1];
      return Rabbit.virtualHost(node.management(), node.port(), Rabbit.ADMIN, password, name());
    } catch (IOException e) {
      throw new UncheckedIOException("no RabbitMQ for tests", e);
    }
  }

  private static Rabbit broker() throws IOException {
    if (rabbit == null) {
      rabbit =
          started(
              Rabbit.start(
                  RUN.resolve("rabbitmq"), Ports.free(), Ports.free(), Secrets.random(), null));
    }
    return rabbit;
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
      System.err.println("could not clean " + RUN + ": " + e.getMessage());
    }
  }
}
