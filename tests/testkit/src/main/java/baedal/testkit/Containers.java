package baedal.testkit;

import org.testcontainers.containers.GenericContainer;
import org.testcontainers.mongodb.MongoDBContainer;
import org.testcontainers.postgresql.PostgreSQLContainer;
import org.testcontainers.rabbitmq.RabbitMQContainer;

/**
 * Starts the servers of {@link TestServers} in Docker with Testcontainers. Testcontainers stops
 * them when this JVM ends.
 */
@SuppressWarnings("resource")
final class Containers {

  private static final int REDIS_PORT = 6379;

  private Containers() {}

  static String postgres() {
    PostgreSQLContainer server = new PostgreSQLContainer("postgres:18");
    server.start();
    return "postgresql://"
        + server.getUsername()
        + ":"
        + server.getPassword()
        + "@"
        + server.getHost()
        + ":"
        + server.getFirstMappedPort();
  }

  static String mongo() {
    MongoDBContainer server = new MongoDBContainer("mongo:8");
    server.start();
    return server.getConnectionString();
  }

  static String redis() {
    GenericContainer<?> server =
        new GenericContainer<>("redis:8")
            .withExposedPorts(REDIS_PORT)
            .withCommand("redis-server", "--databases", "512");
    server.start();
    return "redis://" + server.getHost() + ":" + server.getFirstMappedPort();
  }

  /** The AMQP URI of a broker, and the URL of its management API. */
  record Broker(String uri, String management) {}

  static Broker rabbit() {
    RabbitMQContainer server = new RabbitMQContainer("rabbitmq:3.13-management");
    server.start();
    String uri =
        "amqp://"
            + server.getAdminUsername()
            + ":"
            + server.getAdminPassword()
            + "@"
            + server.getHost()
            + ":"
            + server.getAmqpPort();
    return new Broker(uri, server.getHttpUrl());
  }
}
