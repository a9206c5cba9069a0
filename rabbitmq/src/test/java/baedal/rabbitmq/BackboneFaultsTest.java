package baedal.rabbitmq;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baedal.events.EventMessage;
import baedal.events.EventMessages;
import baedal.events.OrderEvent;
import baedal.events.RiderEvent;
import baedal.runtime.Boot;
import baedal.runtime.Refusal;
import baedal.testkit.FaultProxy;
import baedal.testkit.TestServers;
import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.rabbitmq.RabbitMQClient;
import io.vertx.rabbitmq.RabbitMQOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One failure at a time between the broker and a service. */
class BackboneFaultsTest {

  private static final Duration SOON = Duration.ofSeconds(10);

  /** A stopping consumer waits at most 10 s for its handlers. */
  private static final Duration BEFORE_DRAIN_TIMEOUT = Duration.ofSeconds(8);

  /** Enough time for a consumer to receive messages. */
  private static final int RECEIVE_SECONDS = 1;

  private final Vertx vertx = Boot.vertx();
  private final String amqp = TestServers.amqp();
  private final List<Long> handled = new CopyOnWriteArrayList<>();
  private Connection connection;
  private Channel channel;
  private EventPublisher publisher;

  @BeforeEach
  void start() throws Exception {
    TopologyDeclaration.declare(vertx, amqp).await();
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(amqp);
    connection = factory.newConnection();
    channel = connection.createChannel();
    publisher = connected(new EventPublisher(vertx, amqp, "test"));
  }

  @AfterEach
  void close() throws IOException {
    connection.abort();
    vertx.close().await();
  }

  @ParameterizedTest
  @ValueSource(strings = {"-5", "many", "99999999999", ""})
  void invalid_retry_headers_do_not_block_a_message(String attempts) {
    AtomicInteger tries = new AtomicInteger();
    consume(
        message -> {
          if (tries.incrementAndGet() == 1) {
            throw new IllegalStateException("a bug");
          }
          return handle(message);
        });
    AMQP.BasicProperties properties =
        EventPublisher.properties(null, 2)
            .headers(Map.of(RetryAndDeadLetter.ATTEMPTS, attempts))
            .build();
    publisher.send("", "store", properties, Buffer.buffer(cancel(1))).await();
    await().until(() -> handled.size() == 1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "7",
        "{\"specversion\":\"1.0\",\"type\":\"order.cancel-requested\"}",
        "{\"specversion\":\"1.0\",\"type\":\"order.no-such-thing\",\"data\":{}}",
        "{\"specversion\":\"2.0\",\"type\":\"order.cancel-requested\",\"data\":{}}",
        "{\"specversion\":\"1.0\",\"type\":\"order.cancel-requested\",\"id\":\"1\",\"subject\":\"o\",\"sequence\":\"1\","
            + "\"time\":\"+1000000000-12-31T23:59:59.999999999Z\",\"data\":{\"at\":1e400000}}"
      })
  void an_unreadable_message_is_a_dead_letter_and_the_next_is_handled(String body) {
    consume(this::handle);
    channel(c -> c.basicPublish("", "store", null, body.getBytes(StandardCharsets.UTF_8)));
    publisher.publish(List.of(cancel(1))).await();
    await().until(() -> handled.size() == 1);
    await().until(() -> count("store.dead") == 1);
  }

  @Test
  void a_message_a_byte_too_large_is_a_dead_letter_and_the_next_is_handled() {
    EventConsumer consumer = consume(this::handle);
    send(Map.of(), padded(cancel(1), EventMessages.MAX_BYTES));
    send(Map.of(), padded(cancel(2), EventMessages.MAX_BYTES + 1));
    publish(3, 3);
    await().until(() -> handled.contains(3L));
    assertThat(handled).containsExactly(1L, 3L);
    await().until(() -> count("store.dead") == 1);
    assertThat(deadLetter(consumer).reason()).contains("larger than");
  }

  /**
   * Otherwise one failed event would close the connection, and the broker would deliver all
   * unacknowledged events again.
   */
  @Test
  void no_message_is_consumed_before_dead_letters_can_be_published() {
    FaultProxy proxy = new FaultProxy(vertx, amqp);
    proxy.freeze();
    EventPublisher frozen = new EventPublisher(vertx, proxy.uri(), "frozen");
    EventConsumer consumer =
        new EventConsumer(
            vertx, amqp, cancellations(this::handle), Future::succeededFuture, frozen);
    publish(1, 1);
    send(Map.of(), "no event");
    consumer.start();
    vertx.timer(RECEIVE_SECONDS, TimeUnit.SECONDS).await();
    proxy.thaw();
    await().until(() -> count("store.dead") == 1);
    assertThat(handled).containsExactly(1L);
  }

  /** Event 1 has used all its retries, event 2 all but one. */
  @Test
  void an_event_that_fails_after_its_last_retry_is_a_dead_letter_with_its_history() {
    EventConsumer consumer =
        consume(
            message -> {
              if (message.sequence() < 3) {
                throw new IllegalStateException("a bug in " + message.sequence());
              }
              return handle(message);
            });
    String firstFailed = "2026-01-02T03:04:05Z";
    send(
        Map.of(RetryAndDeadLetter.ATTEMPTS, "6", RetryAndDeadLetter.FIRST_FAILED, firstFailed),
        cancel(1));
    send(
        Map.of(RetryAndDeadLetter.ATTEMPTS, "5", RetryAndDeadLetter.FIRST_FAILED, firstFailed),
        cancel(2));
    publish(3, 3);
    await().until(() -> handled.size() == 1);
    await().until(() -> count(Topology.retryQueue("store", 60)) == 1);
    await().until(() -> count("store.dead") == 1);
    DeadLetter letter = deadLetter(consumer);
    assertThat(letter.reason()).contains("a bug in 1");
    assertThat(letter.stack()).contains("IllegalStateException", "BackboneFaultsTest");
    assertThat(letter.attempts()).isEqualTo(6);
    assertThat(letter.firstFailedAt()).isEqualTo(firstFailed);
    assertThat(Instant.parse(letter.diedAt())).isAfter(Instant.parse(firstFailed));
    assertThat(EventMessages.decode(letter.body()).sequence()).isEqualTo(1);
  }

  @Test
  void an_event_too_large_for_a_consumer_is_refused_when_it_is_written() {
    OrderEvent large =
        new OrderEvent.CancelRequested("o", "c", "s", "가".repeat(400_000), Instant.EPOCH);
    EventMessage message = EventMessages.wrap(List.of(large), 1, Instant.EPOCH).get(0);
    assertThatThrownBy(() -> EventMessages.encode(message)).isInstanceOf(Refusal.class);
  }

  @Test
  void a_short_outage_of_the_database_does_not_change_the_order_of_events() {
    AtomicBoolean failed = new AtomicBoolean();
    consume(
        message ->
            failed.compareAndSet(false, true)
                ? Future.failedFuture(new IOException("connection reset"))
                : handle(message));
    publish(1, 5);
    await().until(() -> handled.size() == 5);
    assertThat(handled).containsExactly(1L, 2L, 3L, 4L, 5L);
  }

  /** After fifty deliveries, the broker would make the message a dead letter. */
  @Test
  void an_outage_causes_one_call_and_one_delivery_while_the_database_is_pinged() {
    AtomicInteger tries = new AtomicInteger();
    AtomicInteger pings = new AtomicInteger();
    EventConsumer consumer =
        consumer(
            message -> {
              tries.incrementAndGet();
              return Future.failedFuture(new IOException("the database is unavailable"));
            },
            () -> {
              pings.incrementAndGet();
              return Future.failedFuture(new IOException("unavailable"));
            });
    publish(1, 1);
    await().until(() -> pings.get() >= 6 || tries.get() > 1);
    assertThat(tries).hasValue(1);
    assertThat(count("store")).as("messages that wait in the queue").isZero();
    consumer.stop().await();
    await().until(() -> count("store") == 1);
    assertThat(deliveries("store")).as("deliveries before the stop").isLessThanOrEqualTo(1);
  }

  @Test
  void an_event_goes_to_a_retry_queue_in_an_outage_of_another_server() {
    AtomicInteger tries = new AtomicInteger();
    consume(
        message ->
            message.sequence() == 1 && tries.incrementAndGet() <= 3
                ? Future.failedFuture(new IOException("the provider is unavailable"))
                : handle(message));
    publish(1, 2);
    await().until(() -> handled.size() == 2);
    assertThat(handled).containsExactly(2L, 1L);
  }

  @Test
  void a_retry_after_an_outage_does_not_count_as_a_retry_after_a_bug() {
    consume(message -> Future.failedFuture(new IOException("the provider is unavailable")));
    send(Map.of(RetryAndDeadLetter.ATTEMPTS, "5", RetryAndDeadLetter.WAITS, "2"), cancel(1));
    String retryQueue = Topology.retryQueue("store", 60);
    await().until(() -> count(retryQueue) == 1);
    Map<String, Object> headers = headersOfNext(retryQueue);
    assertThat(RetryAndDeadLetter.number(headers, RetryAndDeadLetter.ATTEMPTS)).isEqualTo(5);
    assertThat(RetryAndDeadLetter.number(headers, RetryAndDeadLetter.WAITS)).isEqualTo(3);
  }

  @Test
  void a_stopping_consumer_leaves_waiting_events_to_other_consumers() {
    AtomicInteger tries = new AtomicInteger();
    EventConsumer stopping =
        new EventConsumer(
            vertx,
            amqp,
            cancellations(
                message -> {
                  tries.incrementAndGet();
                  return Future.failedFuture(new IOException("the database is unavailable"));
                }),
            () -> Future.failedFuture(new IOException("unavailable")));
    stopping.start();
    publish(1, 3);
    await().until(() -> tries.get() >= 1);
    Future<Void> stopped = stopping.stop();
    await().atMost(BEFORE_DRAIN_TIMEOUT).until(stopped::isComplete);
    consume(this::handle);
    await().until(() -> handled.size() == 3);
    assertThat(handled).containsExactly(1L, 2L, 3L);
  }

  /** In each round another message is unfinished. The others finish in a random order. */
  @Test
  void an_unfinished_message_is_not_acknowledged_with_the_others() {
    int messages = 8;
    for (int unfinished = 1; unfinished <= messages; unfinished++) {
      publish(1, messages);
      RabbitMQClient client = RabbitMQClient.create(vertx, new RabbitMQOptions().setUri(amqp));
      client.start().await();
      List<Long> tags = new ArrayList<>();
      for (int i = 0; i < messages; i++) {
        tags.add(client.basicGet("store", false).await().envelope().getDeliveryTag());
      }
      List<Long> finished = new ArrayList<>(tags);
      finished.remove(unfinished - 1);
      Collections.shuffle(finished, new Random(unfinished));
      acknowledged(client, tags, finished).await();
      client.stop().await();
      await().until(() -> count("store") == 1);
      assertThat(EventMessages.decode(new String(get("store"), StandardCharsets.UTF_8)).sequence())
          .isEqualTo(unfinished);
    }
  }

  private Future<?> acknowledged(RabbitMQClient client, List<Long> tags, List<Long> finished) {
    Promise<Object> done = Promise.promise();
    vertx.runOnContext(
        v -> {
          Acknowledgements acknowledgements = new Acknowledgements(vertx, client, tags.size());
          tags.forEach(acknowledgements::delivered);
          Future.all(finished.stream().map(acknowledgements::acknowledge).toList())
              .<Object>mapEmpty()
              .onComplete(done);
        });
    return done.future();
  }

  @Test
  void an_acknowledgement_on_a_lost_connection_fails() {
    publish(1, 1);
    RabbitMQClient client = RabbitMQClient.create(vertx, new RabbitMQOptions().setUri(amqp));
    client.start().await();
    long tag = client.basicGet("store", false).await().envelope().getDeliveryTag();
    client.stop().await();
    Future<?> acknowledgement = acknowledged(client, List.of(tag), List.of(tag));
    await().atMost(SOON).until(acknowledgement::failed);
    consume(this::handle);
    await().until(() -> handled.size() == 1);
  }

  @Test
  void a_queue_that_was_deleted_and_created_again_is_consumed_again() throws Exception {
    EventConsumer consumer = consume(this::handle);
    await().until(consumer::connected);
    channel.queueDelete("store");
    await().until(() -> !consumer.connected());
    TopologyDeclaration.declare(vertx, amqp).await();
    publish(1, 3);
    await().until(() -> handled.size() == 3);
    assertThat(channel.consumerCount("store")).isEqualTo(1);
  }

  @Test
  void a_message_that_cannot_become_a_dead_letter_stays_in_the_queue() throws Exception {
    AtomicInteger tries = new AtomicInteger();
    channel.queueDelete("store.dead");
    EventConsumer consumer =
        consume(
            message -> {
              tries.incrementAndGet();
              return Future.failedFuture(Refusal.conflict("order-state", "never"));
            });
    publish(1, 1);
    await().until(() -> tries.get() >= 2);
    consumer.stop().await();
    TopologyDeclaration.declare(vertx, amqp).await();
    consume(message -> Future.failedFuture(Refusal.conflict("order-state", "never")));
    await().until(() -> count("store.dead") == 1);
  }

  @Test
  void rider_positions_that_no_page_shows_are_discarded() {
    EventMessage moved =
        EventMessages.wrap(
                List.of(new RiderEvent.Moved("o", "r", 37.5, 127, Instant.EPOCH)), 1, Instant.EPOCH)
            .get(0);
    publisher.publishTransient(moved).await();
    publisher
        .send(
            "order",
            "order.not-consumed",
            EventPublisher.properties("x", 2).build(),
            Buffer.buffer("{}"))
        .await();
    await().until(() -> count(Topology.UNROUTED) == 1);
    assertThat(new String(get(Topology.UNROUTED), StandardCharsets.UTF_8)).isEqualTo("{}");
  }

  @Test
  void a_blocked_publisher_does_not_delay_acknowledgements() {
    FaultProxy proxy = new FaultProxy(vertx, amqp);
    Promise<EventPublisher> blocked = Promise.promise();
    vertx.runOnContext(
        v -> {
          EventPublisher through = new EventPublisher(vertx, proxy.uri(), "blocked");
          through.start();
          consume(this::handle);
          blocked.complete(through);
        });
    EventPublisher through = connected(blocked.future().await());
    proxy.freeze();
    Buffer large = Buffer.buffer(new byte[1024 * 1024]);
    for (int i = 0; i < 50; i++) {
      through.send("", "mypage", EventPublisher.properties("x", 2).build(), large);
    }
    publish(1, 400);
    await().until(() -> handled.size() == 400);
  }

  private EventPublisher connected(EventPublisher started) {
    started.start();
    await().until(started::connected);
    return started;
  }

  private Future<?> handle(EventMessage message) {
    handled.add(message.sequence());
    return Future.succeededFuture();
  }

  private interface Handler {
    Future<?> handle(EventMessage message);
  }

  private EventConsumer consume(Handler handler) {
    return consumer(handler, Future::succeededFuture);
  }

  private EventConsumer consumer(Handler handler, Supplier<Future<?>> databasePing) {
    EventConsumer consumer = new EventConsumer(vertx, amqp, cancellations(handler), databasePing);
    consumer.start();
    return consumer;
  }

  private static Subscription cancellations(Handler handler) {
    return Subscription.of("store")
        .on(OrderEvent.CancelRequested.class, (message, event) -> handler.handle(message));
  }

  private DeadLetter deadLetter(EventConsumer consumer) {
    DeadLetters letters = consumer.deadLetters(amqp);
    List<DeadLetter> found = letters.list(0, 10).await().items();
    assertThat(found).hasSize(1);
    return letters.find(found.get(0).deadLetterId()).await();
  }

  private void send(Map<String, Object> headers, String body) {
    AMQP.BasicProperties properties = EventPublisher.properties("x", 2).headers(headers).build();
    publisher.send("", "store", properties, Buffer.buffer(body)).await();
  }

  /** Appends blanks, which change nothing but the size. */
  private static String padded(String body, int bytes) {
    return body + " ".repeat(bytes - body.getBytes(StandardCharsets.UTF_8).length);
  }

  private void publish(int first, int last) {
    publisher
        .publish(IntStream.rangeClosed(first, last).mapToObj(BackboneFaultsTest::cancel).toList())
        .await();
  }

  private static String cancel(long sequence) {
    OrderEvent event = new OrderEvent.CancelRequested("o", "c", "s", "", Instant.EPOCH);
    return EventMessages.encode(EventMessages.wrap(List.of(event), sequence, Instant.EPOCH).get(0));
  }

  private interface Work {
    void with(Channel channel) throws IOException;
  }

  private void channel(Work work) {
    try {
      work.with(channel);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private long count(String queue) {
    try {
      return channel.messageCount(queue);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns how often the broker has delivered the first message of the queue. */
  private int deliveries(String queue) {
    return RetryAndDeadLetter.number(headersOfNext(queue), "x-delivery-count");
  }

  private Map<String, Object> headersOfNext(String queue) {
    try {
      return RetryAndDeadLetter.headersOf(channel.basicGet(queue, true).getProps());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private byte[] get(String queue) {
    try {
      return channel.basicGet(queue, true).getBody();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
