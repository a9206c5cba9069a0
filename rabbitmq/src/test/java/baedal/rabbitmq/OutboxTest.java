package baedal.rabbitmq;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baedal.events.Change;
import baedal.events.Event;
import baedal.events.EventMessage;
import baedal.events.EventMessages;
import baedal.events.OrderEvent;
import baedal.events.Outbox;
import baedal.mongodb.MongoAggregates;
import baedal.mongodb.MongoDatabase;
import baedal.mongodb.MongoOutbox;
import baedal.postgres.PgDatabase;
import baedal.postgres.PgSchema;
import baedal.redis.RedisAggregates;
import baedal.redis.RedisDatabase;
import baedal.runtime.Boot;
import baedal.runtime.TransientFailures;
import baedal.testkit.TestServers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.MongoClient;
import io.vertx.sqlclient.Pool;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Outboxes and inboxes with slow relays, wrong clocks and many rows. */
class OutboxTest {

  private final Vertx vertx = Boot.vertx();

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void a_busy_collection_does_not_starve_the_others() {
    MongoClient mongo = new MongoDatabase(vertx, TestServers.mongo()).client();
    MongoOutbox outbox = new MongoOutbox(mongo, "busy", "quiet");
    for (int i = 0; i < 4; i++) {
      insert(mongo, "busy", "busy-" + i);
    }
    insert(mongo, "quiet", "quiet-0");
    List<String> first = outbox.next(1).await().messages();
    List<String> second = outbox.next(1).await().messages();
    assertThat(first.toString() + second).contains("quiet-0");
  }

  @Test
  void a_lease_from_a_clock_far_ahead_is_ignored() {
    MongoClient mongo = new MongoDatabase(vertx, TestServers.mongo()).client();
    insert(mongo, "things", "o");
    long until = System.currentTimeMillis() + Duration.ofHours(1).toMillis();
    JsonObject lease = new JsonObject().put("owner", "gone").put("until", until);
    set(mongo, new JsonObject().put("pendingLease", lease));
    assertThat(new MongoOutbox(mongo, "things").next(1).await().messages()).hasSize(1);
  }

  @Test
  void a_late_confirm_of_an_expired_lease_removes_no_newer_event() {
    MongoClient mongo = new MongoDatabase(vertx, TestServers.mongo()).client();
    MongoOutbox outbox = new MongoOutbox(mongo, "things");
    insert(mongo, "things", "o");
    Outbox.Batch slow = outbox.next(1).await();
    set(mongo, new JsonObject().put("pendingLease.until", 0L));
    outbox.next(1).await().sent().await();
    mongo
        .updateCollection(
            "things",
            new JsonObject(),
            MongoOutbox.push(new JsonObject(), new JsonObject(), List.of(message("o", 2))))
        .await();
    Outbox.Batch present = outbox.next(1).await();
    slow.sent().await();
    present.release().await();
    assertThat(outbox.next(1).await().messages()).hasSize(1);
  }

  @Test
  void an_event_that_is_added_while_others_are_sent_stays_in_the_outbox() {
    MongoClient mongo = new MongoDatabase(vertx, TestServers.mongo()).client();
    MongoOutbox outbox = new MongoOutbox(mongo, "things");
    insert(mongo, "things", "o-1");
    insert(mongo, "things", "o-2");
    Outbox.Batch batch = outbox.next(10).await();
    EventMessage later = message("o-1", 2);
    JsonObject update = MongoOutbox.push(new JsonObject(), new JsonObject(), List.of(later));
    mongo.updateCollection("things", new JsonObject().put("_id", "o-1"), update).await();
    assertThat(outbox.next(10).await().messages()).isEmpty();
    batch.sent().await();
    assertThat(outbox.next(10).await().messages()).containsExactly(EventMessages.encode(later));
  }

  @Test
  void relays_that_take_batches_at_the_same_time_share_the_documents() {
    MongoClient mongo = new MongoDatabase(vertx, TestServers.mongo()).client();
    int documents = 60;
    for (int i = 0; i < documents; i++) {
      insert(mongo, "things", "o-" + i);
    }
    List<Future<Outbox.Batch>> taken = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      taken.add(new MongoOutbox(mongo, "things").next(documents));
    }
    Future.all(taken).await();
    List<String> messages =
        taken.stream().flatMap(batch -> batch.result().messages().stream()).toList();
    assertThat(messages).hasSize(documents).doesNotHaveDuplicates();
    taken.forEach(batch -> batch.result().sent().await());
    assertThat(new MongoOutbox(mongo, "things").next(documents).await().messages()).isEmpty();
    assertThat(mongo.count("things", new JsonObject()).await()).isEqualTo(documents);
  }

  record Thing(int times) {}

  @Test
  void a_document_with_many_pending_events_refuses_changes_until_they_are_sent() {
    MongoClient mongo = new MongoDatabase(vertx, TestServers.mongo()).client();
    MongoOutbox outbox = new MongoOutbox(mongo, "full");
    MongoAggregates<Thing> things =
        new MongoAggregates<>(mongo, "full", Thing.class, thing -> new JsonObject(), () -> {});
    things.change("o", nothing -> Change.of(new Thing(0))).await();
    Event event = new OrderEvent.CancelRequested("o", "c", "s", "x".repeat(500_000), Instant.EPOCH);
    Supplier<Future<Thing>> change =
        () -> things.change("o", thing -> Change.of(new Thing(thing.times() + 1), event));
    for (int i = 0; i < 10; i++) {
      change.get().await();
    }
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 10; i++) {
                change.get().await();
              }
            })
        .matches(TransientFailures::isOutage);
    things.change("o", thing -> Change.of(new Thing(0))).await();
    outbox.next(1).await().sent().await();
    assertThat(change.get().await().times()).isEqualTo(1);
  }

  @Test
  void a_message_that_changed_nothing_in_redis_is_not_applied_later() {
    RedisAggregates<String> things =
        new RedisAggregates<>(
            new RedisDatabase(vertx, TestServers.redis()).api(),
            "t",
            String.class,
            thing -> List.of(),
            () -> {});
    things.change("o", thing -> Change.of("first")).await();
    EventMessage event = message("o", 1);
    things.change("o", event, Change::none).await();
    things.change("o", event, thing -> Change.of("again")).await();
    assertThat(things.find("o").await()).isEqualTo("first");
  }

  @Test
  void inbox_rows_older_than_30_days_are_deleted() {
    PgDatabase store = new PgDatabase(vertx, TestServers.postgres(), PgSchema.BACKBONE);
    AtomicBoolean prepared = new AtomicBoolean();
    store.prepare(() -> prepared.set(true));
    await().until(prepared::get);
    Pool pool = store.pool();
    pool.query(
            "INSERT INTO inbox SELECT 'old-' || n, now() - interval '31 days' FROM"
                + " generate_series(1, 2500) n")
        .execute()
        .await();
    pool.query("INSERT INTO inbox VALUES ('new')").execute().await();
    await()
        .until(
            () ->
                pool.query("SELECT count(*) FROM inbox")
                        .execute()
                        .await()
                        .iterator()
                        .next()
                        .getLong(0)
                    == 1);
    store.close().await();
  }

  private static EventMessage message(String id, long sequence) {
    OrderEvent event = new OrderEvent.CancelRequested(id, "c", "s", "", Instant.EPOCH);
    return EventMessages.wrap(List.of(event), sequence, Instant.EPOCH).get(0);
  }

  private static void insert(MongoClient mongo, String collection, String id) {
    mongo
        .insert(
            collection, MongoOutbox.into(new JsonObject().put("_id", id), List.of(message(id, 1))))
        .await();
  }

  private static void set(MongoClient mongo, JsonObject fields) {
    mongo
        .updateCollection("things", new JsonObject(), new JsonObject().put("$set", fields))
        .await();
  }
}
