package baedal.rabbitmq;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.CouponEvent;
import baedal.events.EventMessage;
import baedal.events.EventMessages;
import baedal.events.OrderEvent;
import baedal.events.Outbox;
import baedal.mongodb.MongoOutbox;
import baedal.postgres.PgOutbox;
import baedal.postgres.PgSchema;
import baedal.redis.RedisOutbox;
import baedal.runtime.Boot;
import baedal.runtime.Refusal;
import baedal.testkit.TestServers;
import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.MongoClient;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisAPI;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Publishing and consuming events with a real broker and real databases. */
class BackboneTest {

  private final Vertx vertx = Boot.vertx();
  private final String amqp = TestServers.amqp();
  private EventPublisher publisher;

  @BeforeEach
  void declare() {
    TopologyDeclaration.declare(vertx, amqp).await();
    publisher = new EventPublisher(vertx, amqp, "test");
    publisher.start();
    await().until(publisher::connected);
  }

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void events_of_one_order_are_handled_in_order_those_of_others_concurrently() {
    Map<String, List<Long>> seen = new ConcurrentHashMap<>();
    AtomicInteger together = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    consume(
        Subscription.of("store")
            .on(
                OrderEvent.CancelRequested.class,
                (message, event) -> {
                  most.accumulateAndGet(together.incrementAndGet(), Math::max);
                  return vertx
                      .timer(1)
                      .onComplete(
                          v -> {
                            together.decrementAndGet();
                            seen.computeIfAbsent(
                                    event.orderId(),
                                    id -> Collections.synchronizedList(new ArrayList<>()))
                                .add(message.sequence());
                          });
                }));
    List<String> bodies = new ArrayList<>();
    for (int sequence = 1; sequence <= 20; sequence++) {
      for (int order = 0; order < 10; order++) {
        bodies.add(EventMessages.encode(cancel("o-" + order, sequence)));
      }
    }
    publisher.publish(bodies).await();
    await().until(() -> seen.values().stream().mapToInt(List::size).sum() == 200);
    assertThat(seen).hasSize(10).allSatisfy((order, sequences) -> assertThat(sequences).isSorted());
    assertThat(most.get()).isGreaterThan(1);
  }

  @Test
  void a_refused_or_unreadable_event_is_a_dead_letter_with_its_reason() throws Exception {
    AtomicInteger handled = new AtomicInteger();
    consume(
        Subscription.of("store")
            .on(
                OrderEvent.CancelRequested.class,
                (message, event) -> {
                  handled.incrementAndGet();
                  return event.orderId().equals("refused")
                      ? Future.failedFuture(Refusal.conflict("order-state", "can never apply"))
                      : Future.succeededFuture();
                }));
    publisher.publish(List.of(EventMessages.encode(cancel("refused", 1)))).await();
    publisher
        .send(
            "order",
            "order.paid",
            EventPublisher.properties("x", 2).build(),
            io.vertx.core.buffer.Buffer.buffer("{"))
        .await();
    publisher.publish(List.of(EventMessages.encode(cancel("fine", 1)))).await();
    await().until(() -> handled.get() == 2);
    Map<String, Object> refused = new HashMap<>();
    await().until(() -> letters("store.dead", refused) == 2);
    assertThat(refused.get("reasons").toString())
        .contains("can never apply")
        .contains("cannot be read");
    assertThat(refused.get("stacks").toString())
        .contains("Refusal")
        .contains("UnprocessableMessage");
  }

  @Test
  void an_event_that_fails_by_a_bug_is_retried_while_later_events_are_handled() {
    AtomicInteger tries = new AtomicInteger();
    AtomicBoolean fine = new AtomicBoolean();
    consume(
        Subscription.of("store")
            .on(
                OrderEvent.CancelRequested.class,
                (message, event) -> {
                  if (event.orderId().equals("fine")) {
                    fine.set(true);
                    return Future.succeededFuture();
                  }
                  if (tries.incrementAndGet() == 1) {
                    throw new IllegalStateException("a bug");
                  }
                  return Future.succeededFuture();
                }));
    publisher
        .publish(
            List.of(
                EventMessages.encode(cancel("bug", 1)), EventMessages.encode(cancel("fine", 1))))
        .await();
    await().until(fine::get);
    await().until(() -> tries.get() == 2);
  }

  @Test
  void events_wait_for_an_unavailable_database_and_are_then_handled_in_order() {
    AtomicBoolean unavailable = new AtomicBoolean(true);
    List<Long> handled = new CopyOnWriteArrayList<>();
    AtomicInteger tries = new AtomicInteger();
    EventConsumer consumer =
        new EventConsumer(
            vertx,
            amqp,
            Subscription.of("store")
                .on(
                    OrderEvent.CancelRequested.class,
                    (message, event) -> {
                      tries.incrementAndGet();
                      if (unavailable.get()) {
                        return Future.failedFuture(new IOException("the database is unavailable"));
                      }
                      handled.add(message.sequence());
                      return Future.succeededFuture();
                    }),
            () ->
                unavailable.get()
                    ? Future.failedFuture(new IOException("unavailable"))
                    : Future.succeededFuture());
    consumer.start();
    List<String> bodies = new ArrayList<>();
    for (int sequence = 1; sequence <= 5; sequence++) {
      bodies.add(EventMessages.encode(cancel("o-1", sequence)));
    }
    publisher.publish(bodies).await();
    await().until(() -> tries.get() >= 1);
    unavailable.set(false);
    await().until(() -> handled.size() == 5);
    assertThat(handled).containsExactly(1L, 2L, 3L, 4L, 5L);
  }

  @Test
  void two_relays_publish_the_postgresql_outbox_in_order_and_empty_it() {
    String uri = TestServers.postgres();
    PgSchema.migrate(vertx, uri, PgSchema.BACKBONE).await();
    Pool pool = PgBuilder.pool().connectingTo(PgConnectOptions.fromUri(uri)).using(vertx).build();
    List<OutboxRelay> relays = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      relays.add(new OutboxRelay(vertx, new PgOutbox(pool), publisher));
    }
    relays.forEach(OutboxRelay::start);
    for (int sequence = 1; sequence <= 20; sequence++) {
      for (int order = 0; order < 10; order++) {
        pool.preparedQuery("WITH changed AS (SELECT 1) " + PgOutbox.append(1, "changed"))
            .execute(PgOutbox.add(Tuple.tuple(), List.of(cancel("o-" + order, sequence))))
            .await();
      }
    }
    assertPublished(200);
    await()
        .until(
            () ->
                pool.query("SELECT count(*) FROM outbox")
                        .execute()
                        .await()
                        .iterator()
                        .next()
                        .getLong(0)
                    == 0);
  }

  @Test
  void no_event_is_appended_when_no_row_changed() {
    String uri = TestServers.postgres();
    PgSchema.migrate(vertx, uri, PgSchema.BACKBONE).await();
    Pool pool = PgBuilder.pool().connectingTo(PgConnectOptions.fromUri(uri)).using(vertx).build();
    int rows =
        pool.preparedQuery(
                "WITH changed AS (SELECT 1 WHERE false) " + PgOutbox.append(1, "changed"))
            .execute(PgOutbox.add(Tuple.tuple(), List.of(cancel("o", 1))))
            .await()
            .rowCount();
    assertThat(rows).isZero();
  }

  @Test
  void two_relays_publish_the_mongodb_outbox_in_order_and_empty_it() {
    MongoClient mongo =
        MongoClient.create(vertx, new JsonObject().put("connection_string", TestServers.mongo()));
    new MongoOutbox(mongo, "empty", "things").prepare().await();
    List<OutboxRelay> relays = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      relays.add(new OutboxRelay(vertx, new MongoOutbox(mongo, "empty", "things"), publisher));
    }
    for (int order = 0; order < 10; order++) {
      mongo
          .insert(
              "things",
              MongoOutbox.into(
                  new JsonObject().put("_id", "o-" + order), List.of(cancel("o-" + order, 1))))
          .await();
    }
    relays.forEach(OutboxRelay::start);
    for (int sequence = 2; sequence <= 20; sequence++) {
      for (int order = 0; order < 10; order++) {
        JsonObject update =
            MongoOutbox.push(
                new JsonObject(), new JsonObject(), List.of(cancel("o-" + order, sequence)));
        mongo.updateCollection("things", new JsonObject().put("_id", "o-" + order), update).await();
        relays.get(order % 2).wake();
      }
    }
    assertPublished(200);
    await()
        .until(
            () ->
                mongo
                        .count(
                            "things",
                            new JsonObject()
                                .put("pendingSince", new JsonObject().put("$exists", true)))
                        .await()
                    == 0);
  }

  /** The audit reads this time to find events that wait too long. */
  @Test
  void pending_since_is_the_time_of_the_oldest_pending_event_in_mongodb() {
    MongoClient mongo =
        MongoClient.create(vertx, new JsonObject().put("connection_string", TestServers.mongo()));
    JsonObject id = new JsonObject().put("_id", "busy");
    JsonObject old = MongoOutbox.into(id.copy(), List.of(cancel("busy", 1)));
    mongo.insert("ages", old.put("pendingSince", 1L)).await();
    mongo
        .updateCollection(
            "ages",
            id,
            MongoOutbox.push(new JsonObject(), new JsonObject(), List.of(cancel("busy", 2))))
        .await();
    assertThat(since(mongo, id)).isEqualTo(1);
    long taken = System.currentTimeMillis();
    Outbox.Batch batch = new MongoOutbox(mongo, "ages").next(10).await();
    mongo
        .updateCollection(
            "ages",
            id,
            MongoOutbox.push(new JsonObject(), new JsonObject(), List.of(cancel("busy", 3))))
        .await();
    batch.sent().await();
    assertThat(since(mongo, id)).isGreaterThanOrEqualTo(taken);
    assertThat(new MongoOutbox(mongo, "ages").next(10).await().messages()).hasSize(1);
  }

  private static long since(MongoClient mongo, JsonObject id) {
    return mongo.findOne("ages", id, new JsonObject()).await().getLong("pendingSince");
  }

  @Test
  void two_relays_publish_the_redis_outbox_in_order_and_empty_it() {
    RedisAPI redis = RedisAPI.api(Redis.createClient(vertx, TestServers.redis()));
    List<OutboxRelay> relays = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      relays.add(new OutboxRelay(vertx, new RedisOutbox(redis, "t"), publisher));
    }
    relays.forEach(OutboxRelay::start);
    for (int sequence = 1; sequence <= 20; sequence++) {
      for (int order = 0; order < 10; order++) {
        String subject = "o-" + order;
        redis
            .xadd(
                List.of(
                    RedisOutbox.key("t", subject),
                    "*",
                    "body",
                    EventMessages.encode(cancel(subject, sequence))))
            .await();
        relays.get(order % 2).wake();
      }
    }
    assertPublished(200);
  }

  @Test
  void the_subject_of_a_coupon_without_an_order_is_the_coupon_id() {
    EventMessage message =
        EventMessages.wrap(
                List.of(
                    new CouponEvent.Issued(
                        "cp-1", null, "c-1", null, "감사 쿠폰", 1000, Instant.EPOCH, Instant.EPOCH)),
                1,
                Instant.EPOCH)
            .get(0);
    assertThat(EventMessages.decode(EventMessages.encode(message))).isEqualTo(message);
    assertThat(message.subject()).isEqualTo("cp-1");
  }

  private void assertPublished(int count) {
    Map<String, List<Long>> seen = new ConcurrentHashMap<>();
    consume(
        Subscription.of("store")
            .on(
                OrderEvent.CancelRequested.class,
                (message, event) -> {
                  List<Long> sequences =
                      seen.computeIfAbsent(event.orderId(), id -> new CopyOnWriteArrayList<>());
                  if (!sequences.contains(message.sequence())) {
                    sequences.add(message.sequence());
                  }
                  return Future.succeededFuture();
                }));
    await().until(() -> seen.values().stream().mapToInt(List::size).sum() == count);
    assertThat(seen).allSatisfy((order, sequences) -> assertThat(sequences).isSorted());
  }

  private EventConsumer consume(Subscription subscription) {
    EventConsumer consumer = new EventConsumer(vertx, amqp, subscription, Future::succeededFuture);
    consumer.start();
    return consumer;
  }

  private static EventMessage cancel(String orderId, long sequence) {
    OrderEvent event = new OrderEvent.CancelRequested(orderId, "c", "s", "", Instant.EPOCH);
    return EventMessages.wrap(List.of(event), sequence, Instant.EPOCH).get(0);
  }

  private final List<String> reasons = new ArrayList<>();
  private final List<String> stacks = new ArrayList<>();

  private int letters(String queue, Map<String, Object> into) {
    try {
      ConnectionFactory factory = new ConnectionFactory();
      factory.setUri(amqp);
      try (Connection connection = factory.newConnection();
          Channel channel = connection.createChannel()) {
        for (GetResponse got = channel.basicGet(queue, true);
            got != null;
            got = channel.basicGet(queue, true)) {
          AMQP.BasicProperties properties = got.getProps();
          reasons.add(properties.getHeaders().get(RetryAndDeadLetter.REASON).toString());
          stacks.add(properties.getHeaders().get(RetryAndDeadLetter.STACK).toString());
          assertThat(new String(got.getBody(), StandardCharsets.UTF_8)).startsWith("{");
        }
      }
      into.put("reasons", reasons);
      into.put("stacks", stacks);
      return reasons.size();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
