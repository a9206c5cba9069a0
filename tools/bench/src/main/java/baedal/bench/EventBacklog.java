package baedal.bench;

import baedal.dev.Settings;
import baedal.events.Subscriptions;
import io.vertx.core.Vertx;
import io.vertx.rabbitmq.RabbitMQClient;
import io.vertx.rabbitmq.RabbitMQOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * The events of a running system that are not handled yet. It reads the queues of the services and
 * the outboxes in PostgreSQL. It does not see the outboxes of the other stores and the few messages
 * that a consumer has not acknowledged, so a caller must read several times. Each call blocks. Its
 * connections stay open until the process ends.
 */
final class EventBacklog {

  private static final List<Integer> RETRY_DELAYS_SECONDS = List.of(1, 5, 30, 60);

  private final RabbitMQClient broker;
  private final List<Connection> databases = new ArrayList<>();
  private final List<String> queues = new ArrayList<>();

  EventBacklog(Vertx vertx, Settings settings, Path home) throws IOException {
    String password = Files.readString(home.resolve("secrets/rabbitmq")).strip();
    String uri = "amqp://baedal:" + password + "@127.0.0.1:" + settings.port("AMQP_PORT");
    broker =
        RabbitMQClient.create(vertx, new RabbitMQOptions().setUri(uri).setReconnectAttempts(0));
    broker.start().await();
    try {
      databases.add(Counters.postgres(settings, "baedal_order"));
      databases.add(Counters.postgres(settings, "baedal_payment"));
    } catch (SQLException e) {
      throw new IOException("cannot read the outboxes: " + e.getMessage(), e);
    }
    queues.addAll(Subscriptions.CONSUMERS);
    for (String consumer : Subscriptions.CONSUMERS) {
      RETRY_DELAYS_SECONDS.forEach(delay -> queues.add(consumer + ".retry." + delay + "s"));
    }
  }

  /** Whether no event waits in a queue or an outbox. */
  boolean isEmpty() throws IOException {
    for (String queue : queues) {
      if (broker.messageCount(queue).await() > 0) {
        return false;
      }
    }
    for (Connection database : databases) {
      if (hasOutboxRows(database)) {
        return false;
      }
    }
    return true;
  }

  private static boolean hasOutboxRows(Connection database) throws IOException {
    try (Statement statement = database.createStatement();
        ResultSet result = statement.executeQuery("SELECT EXISTS (SELECT FROM outbox)")) {
      result.next();
      return result.getBoolean(1);
    } catch (SQLException e) {
      throw new IOException("cannot read an outbox: " + e.getMessage(), e);
    }
  }
}
