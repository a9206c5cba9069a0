package baedal.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.backing.TestServers;
import baedal.events.EventMessage;
import baedal.events.OrderEvent;
import baedal.runtime.Boot;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The log, read over a connection that ends in the middle. */
class LogReaderTest {

  private static final int OTHERS = 20;

  private final Vertx vertx = Boot.vertx();
  private final List<String> handled = new CopyOnWriteArrayList<>();
  private final Promise<Void> firstTry = Promise.promise();

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  @Test
  void it_has_not_caught_up_while_an_event_before_the_cut_is_not_handled() {
    String amqp = TestServers.amqp();
    Topology.declare(vertx, amqp).await();
    EventPublisher publisher = new EventPublisher(vertx, amqp, "test");
    publisher.start();
    Eventually.until(publisher::connected);
    publish(publisher, "first");

    FreezingProxy proxy = new FreezingProxy(vertx, amqp);
    LogReader reader = new LogReader(vertx, proxy.uri(), "test-log", null, this::handle);
    reader.start();
    Eventually.until(() -> handled.contains("tried first"));
    Future<Void> caughtUp = reader.caughtUp();
    for (int i = 0; i < OTHERS; i++) {
      publish(publisher, "other-" + i);
    }
    Eventually.until(() -> handled.contains("other-" + (OTHERS - 1)));
    proxy.cut();
    firstTry.fail(new IOException("cut"));

    caughtUp.await();
    assertThat(handled).contains("first");
    reader.stop().await();
    publisher.stop().await();
  }

  private Future<?> handle(EventMessage message) {
    if (message.subject().equals("first") && !handled.contains("tried first")) {
      handled.add("tried first");
      return firstTry.future();
    }
    handled.add(message.subject());
    return Future.succeededFuture();
  }

  private static void publish(EventPublisher publisher, String orderId) {
    OrderEvent event = new OrderEvent.Collected(orderId, "p-1", "r-1", 1_000, Instant.EPOCH);
    EventMessages.wrap(List.of(event), 1, Instant.EPOCH)
        .forEach(message -> publisher.publish(List.of(EventMessages.encode(message))).await());
  }
}
