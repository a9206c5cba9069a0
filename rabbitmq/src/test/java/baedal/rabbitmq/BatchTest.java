package baedal.rabbitmq;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.EventMessage;
import baedal.events.EventMessages;
import baedal.events.OrderEvent;
import baedal.runtime.Boot;
import baedal.runtime.Refusal;
import baedal.testkit.TestServers;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.rabbitmq.RabbitMQClient;
import io.vertx.rabbitmq.RabbitMQOptions;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Events that are handled in batches, with a real broker. */
class BatchTest {

  private final Vertx vertx = Boot.vertx();
  private final String amqp = TestServers.amqp();
  private final List<List<String>> batches = new CopyOnWriteArrayList<>();
  private final List<String> oneByOne = new CopyOnWriteArrayList<>();
  private EventPublisher publisher;
  private RabbitMQClient client;

  @BeforeEach
  void declare() {
    TopologyDeclaration.declare(vertx, amqp).await();
    publisher = new EventPublisher(vertx, amqp, "test");
    publisher.start();
    client = RabbitMQClient.create(vertx, new RabbitMQOptions().setUri(amqp));
    client.start().await();
    await().until(publisher::connected);
  }

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void waiting_events_are_handled_in_batches_and_acknowledged() {
    List<String> expected = new ArrayList<>();
    List<String> bodies = new ArrayList<>();
    for (int sequence = 1; sequence <= 300; sequence++) {
      expected.add("a" + sequence);
      bodies.add(cancel("a", sequence));
      bodies.add(cancel("b", sequence));
    }
    publisher.publish(bodies).await();
    EventConsumer consumer = consume(this::record, Future::succeededFuture);
    await().until(() -> batches.stream().mapToInt(List::size).sum() == bodies.size());
    assertThat(batches.stream().flatMap(List::stream).filter(name -> name.startsWith("a")))
        .containsExactlyElementsOf(expected);
    assertThat(batches).hasSizeLessThan(bodies.size() / 10);
    assertThat(oneByOne).isEmpty();
    consumer.stop().await();
    assertThat(client.messageCount("store").await()).isZero();
  }

  @Test
  void two_batches_do_not_run_at_the_same_time() {
    Promise<Void> first = Promise.promise();
    consume(
        events -> {
          record(events);
          return first.future();
        },
        Future::succeededFuture);
    publisher.publish(List.of(cancel("a", 1))).await();
    await().until(() -> batches.size() == 1);
    publisher.publish(List.of(cancel("a", 2), cancel("b", 1))).await();
    vertx.setTimer(200, id -> first.complete());
    await().until(() -> batches.size() == 2);
    assertThat(first.future().isComplete()).isTrue();
    assertThat(batches).containsExactly(List.of("a1"), List.of("a2", "b1"));
  }

  @Test
  void an_event_that_fails_stops_no_other_event_of_its_batch() {
    List<String> bodies = List.of(cancel("a", 1), cancel("refused", 1), cancel("a", 2));
    publisher.publish(bodies).await();
    consume(
        events -> {
          throw new IllegalStateException("a bug");
        },
        Future::succeededFuture);
    await().until(() -> oneByOne.size() == 3);
    assertThat(oneByOne).containsSubsequence("a1", "a2").contains("refused1");
    await().until(() -> client.messageCount("store.dead").await() == 1);
  }

  @Test
  void a_batch_waits_for_an_unavailable_database() {
    AtomicBoolean available = new AtomicBoolean();
    publisher.publish(List.of(cancel("a", 1), cancel("a", 2))).await();
    consume(
        events -> {
          record(events);
          return Future.failedFuture(new IOException("unavailable"));
        },
        () ->
            available.get()
                ? Future.succeededFuture()
                : Future.failedFuture(new IOException("no")));
    await().until(() -> !batches.isEmpty());
    assertThat(oneByOne).isEmpty();
    available.set(true);
    await().until(() -> oneByOne.size() == 2);
    assertThat(oneByOne).containsExactly("a1", "a2");
  }

  /** The subscription accepts only cancellations in batches. */
  @Test
  void an_event_for_no_batch_keeps_its_place_in_the_order_of_its_subject() {
    for (String body : List.of(cancel("a", 1), expired("a", 2), cancel("a", 3), cancel("b", 1))) {
      publisher
          .sendTo("store", EventPublisher.properties("x", 2).build(), Buffer.buffer(body))
          .await();
    }
    List<String> all = new CopyOnWriteArrayList<>();
    new EventConsumer(
            vertx,
            amqp,
            subscription(
                    events -> {
                      Future<Void> slow = vertx.timer(20).mapEmpty();
                      return slow.onSuccess(v -> events.forEach(e -> all.add(name(e))));
                    })
                .on(
                    OrderEvent.CancelRequested.class,
                    (message, event) -> Future.succeededFuture(all.add(name(message))))
                .on(
                    OrderEvent.Expired.class,
                    (message, event) -> Future.succeededFuture(all.add(name(message)))),
            Future::succeededFuture)
        .start();
    await().until(() -> all.size() == 4);
    assertThat(all).containsSubsequence("a1", "a2", "a3").contains("b1");
  }

  @Test
  void more_events_are_handled_at_the_same_time_the_older_they_are() {
    Concurrency concurrency = Concurrency.ONE_BY_ONE;
    assertThat(concurrency.at(Duration.ofSeconds(-5))).isEqualTo(8);
    assertThat(concurrency.at(Duration.ofMillis(200))).isEqualTo(20);
    assertThat(concurrency.at(Duration.ofDays(365))).isEqualTo(32);
  }

  private interface BatchHandler {
    Future<?> handle(List<EventMessage> events);
  }

  private EventConsumer consume(BatchHandler handler, Supplier<Future<?>> databasePing) {
    EventConsumer consumer = new EventConsumer(vertx, amqp, subscription(handler), databasePing);
    consumer.start();
    return consumer;
  }

  private Subscription subscription(BatchHandler handler) {
    return Subscription.of("store")
        .on(OrderEvent.CancelRequested.class, (message, event) -> handle(message))
        .inBatches(OrderEvent.CancelRequested.class, handler::handle);
  }

  private Future<?> record(List<EventMessage> events) {
    batches.add(events.stream().map(BatchTest::name).toList());
    return Future.succeededFuture();
  }

  private Future<?> handle(EventMessage message) {
    oneByOne.add(name(message));
    return message.subject().equals("refused")
        ? Future.failedFuture(Refusal.conflict("order-state", "can never apply"))
        : Future.succeededFuture();
  }

  private static String name(EventMessage message) {
    return message.subject() + message.sequence();
  }

  private static String cancel(String orderId, long sequence) {
    Instant at = Instant.EPOCH;
    return encoded(new OrderEvent.CancelRequested(orderId, "c", "s", "", at), sequence);
  }

  private static String expired(String orderId, long sequence) {
    return encoded(new OrderEvent.Expired(orderId, "c", "s", null, Instant.EPOCH), sequence);
  }

  private static String encoded(OrderEvent event, long sequence) {
    return EventMessages.encode(EventMessages.wrap(List.of(event), sequence, Instant.now()).get(0));
  }
}
