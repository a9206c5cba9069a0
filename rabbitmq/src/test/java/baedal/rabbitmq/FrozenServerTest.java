package baedal.rabbitmq;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.EventMessage;
import baedal.events.EventMessages;
import baedal.events.OrderEvent;
import baedal.events.Outbox;
import baedal.mongodb.MongoStore;
import baedal.postgres.PgOutbox;
import baedal.postgres.PgSchema;
import baedal.postgres.PgStore;
import baedal.redis.RedisStore;
import baedal.runtime.Boot;
import baedal.runtime.TransientFailures;
import baedal.testkit.FaultProxy;
import baedal.testkit.TestServers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A server that hangs, with its connections open: every call ends, and all is well afterwards. */
class FrozenServerTest {

  private final Vertx vertx = Boot.vertx();

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void a_call_to_postgresql_that_hangs_is_an_outage() {
    FaultProxy proxy = new FaultProxy(vertx, TestServers.postgres());
    PgStore store = new PgStore(vertx, proxy.uri(), PgSchema.BACKBONE);
    store.prepare(() -> {});
    await().until(store::prepared);
    assertHangsNotForEver(proxy, store::ping);
  }

  @Test
  void a_call_to_mongodb_that_hangs_is_an_outage() {
    FaultProxy proxy = new FaultProxy(vertx, TestServers.mongo());
    MongoStore store = new MongoStore(vertx, proxy.uri());
    assertHangsNotForEver(proxy, () -> store.client().count("things", new JsonObject()));
  }

  @Test
  void a_call_to_redis_that_hangs_is_an_outage() {
    FaultProxy proxy = new FaultProxy(vertx, TestServers.redis());
    assertHangsNotForEver(proxy, new RedisStore(vertx, proxy.uri())::ping);
  }

  @Test
  void a_slow_statement_is_an_outage() {
    PgStore store = new PgStore(vertx, TestServers.postgres());
    assertOutage(store.pool().query("SELECT pg_sleep(60)").execute());
  }

  @Test
  void a_relay_whose_machine_is_gone_does_not_keep_its_events_from_the_others() {
    String uri = TestServers.postgres();
    PgSchema.migrate(vertx, uri, PgSchema.BACKBONE).await();
    FaultProxy proxy = new FaultProxy(vertx, uri);
    PgStore gone = new PgStore(vertx, proxy.uri());
    PgStore other = new PgStore(vertx, uri);
    EventMessage event =
        EventMessages.wrap(
                List.of(new OrderEvent.CancelRequested("o", "c", "s", "", Instant.EPOCH)),
                1,
                Instant.EPOCH)
            .get(0);
    other
        .pool()
        .preparedQuery("WITH changed AS (SELECT 1) " + PgOutbox.append(1, "changed"))
        .execute(PgOutbox.add(Tuple.tuple(), List.of(event)))
        .await();
    assertThat(gone.outbox().next(10).await().messages()).hasSize(1);
    proxy.strand();
    Outbox outbox = other.outbox();
    await()
        .until(
            () -> {
              Outbox.Batch batch = outbox.next(10).await();
              batch.release().await();
              return batch.messages().size() == 1;
            });
  }

  private static void assertHangsNotForEver(FaultProxy proxy, Supplier<Future<?>> call) {
    call.get().await();
    proxy.freeze();
    assertOutage(call.get());
    proxy.thaw();
    await().until(() -> succeeds(call.get()));
  }

  private static void assertOutage(Future<?> call) {
    await().until(call::isComplete);
    assertThat(call.cause()).matches(TransientFailures::isOutage, "is an outage");
  }

  private static boolean succeeds(Future<?> call) {
    await().until(call::isComplete);
    return call.succeeded();
  }
}
