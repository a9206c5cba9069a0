package baedal.rabbitmq;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.EventMessage;
import baedal.events.EventMessages;
import baedal.events.OrderEvent;
import baedal.runtime.Boot;
import baedal.testkit.FaultProxy;
import baedal.testkit.TestServers;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.rabbitmq.RabbitMQClient;
import io.vertx.rabbitmq.RabbitMQOptions;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reads the log with a lost connection, a deleted stream, or a failing handler. */
class LogReaderTest {

  private static final int OTHERS = 20;

  private final Vertx vertx = Boot.vertx();
  private final String amqp = TestServers.amqp();
  private final EventPublisher publisher = new EventPublisher(vertx, amqp, "test");
  private final List<String> handled = new CopyOnWriteArrayList<>();
  private final Promise<Void> firstTry = Promise.promise();
  private final Promise<Void> secondTry = Promise.promise();

  @BeforeEach
  void start() {
    TopologyDeclaration.declare(vertx, amqp).await();
    publisher.start();
    await().until(publisher::connected);
  }

  @AfterEach
  void stop() {
    publisher.stop().await();
    vertx.close().await();
  }

  @Test
  void a_reader_that_reconnected_has_not_caught_up_before_all_events_are_handled() {
    publish("first");

    FaultProxy proxy = new FaultProxy(vertx, amqp);
    LogReader reader = new LogReader(vertx, proxy.uri(), "test-log", null, this::handle);
    reader.start();
    await().until(() -> tries("first") == 1);
    Future<Void> caughtUp = reader.caughtUp();
    for (int i = 0; i < OTHERS; i++) {
      publish("other-" + i);
    }
    await().until(() -> tries("other-" + (OTHERS - 1)) == 1);
    proxy.closeConnections();
    await().until(() -> tries("first") == 2);
    firstTry.fail(new IOException("connection lost"));
    publish("again");
    await().until(() -> tries("again") == 2);

    assertThat(caughtUp.isComplete()).isFalse();
    secondTry.complete();
    caughtUp.await();
    reader.stop().await();
  }

  @Test
  void a_reader_catches_up_with_a_log_that_was_deleted_and_created_again() throws Exception {
    publish("first");

    LogReader reader = new LogReader(vertx, amqp, "test-log", null, this::handle);
    reader.start();
    await().until(() -> tries("first") == 1);
    Future<Void> caughtUp = reader.caughtUp();
    RabbitMQClient operator = RabbitMQClient.create(vertx, new RabbitMQOptions().setUri(amqp));
    operator.start().compose(v -> operator.queueDelete(Topology.LOG)).await();
    TopologyDeclaration.declare(vertx, amqp).await();
    caughtUp.timeout(30, TimeUnit.SECONDS).await();
    operator.stop().await();
    reader.stop().await();
  }

  @Test
  void an_event_that_fails_by_a_bug_is_skipped() {
    publish("strange");
    publish("later");

    LogReader reader =
        new LogReader(
            vertx,
            amqp,
            "test-log",
            null,
            message ->
                message.subject().equals("strange")
                    ? Future.failedFuture(new NullPointerException("a bug"))
                    : handle(message));
    reader.start();
    reader.caughtUp().timeout(30, TimeUnit.SECONDS).await();
    assertThat(handled).contains("later");
    reader.stop().await();
  }

  /**
   * The events {@code first} and {@code again} fail at their first try. The test decides when the
   * tries of {@code first} end.
   */
  private Future<?> handle(EventMessage message) {
    String subject = message.subject();
    handled.add(subject);
    return switch (subject) {
      case "first" -> tries(subject) == 1 ? firstTry.future() : secondTry.future();
      case "again" ->
          tries(subject) == 1
              ? Future.failedFuture(new IOException("not yet"))
              : Future.succeededFuture();
      default -> Future.succeededFuture();
    };
  }

  private long tries(String subject) {
    return handled.stream().filter(subject::equals).count();
  }

  private void publish(String orderId) {
    OrderEvent event = new OrderEvent.Collected(orderId, "p-1", "r-1", 1_000, Instant.EPOCH);
    EventMessages.wrap(List.of(event), 1, Instant.EPOCH)
        .forEach(message -> publisher.publish(List.of(EventMessages.encode(message))).await());
  }
}
