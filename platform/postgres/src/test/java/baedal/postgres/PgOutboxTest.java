package baedal.postgres;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.EventMessages;
import baedal.events.OrderEvent;
import baedal.events.Outbox;
import baedal.runtime.Boot;
import baedal.testkit.FaultProxy;
import baedal.testkit.TestServers;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PgOutboxTest {

  /** How a relay locked shards before the function {@code take_outbox} existed. */
  private static final String LOCK_OF_PREVIOUS_VERSION =
      """
      SELECT shard FROM outbox_shard s
       WHERE EXISTS (SELECT 1 FROM outbox o WHERE o.shard = s.shard) FOR UPDATE SKIP LOCKED
      """;

  private final Vertx vertx = Boot.vertx();
  private final String uri = TestServers.postgres();

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void a_relay_on_a_crashed_machine_does_not_block_other_relays() {
    FaultProxy proxy = new FaultProxy(vertx, uri);
    PgDatabase crashed = new PgDatabase(vertx, proxy.uri());
    PgDatabase other = database();
    append(other, 1);
    assertThat(crashed.outbox().next(10).await().messages()).hasSize(1);
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

  @Test
  void two_relays_never_hold_the_messages_of_one_aggregate_at_the_same_time() {
    PgDatabase database = database();
    append(database, 1);
    append(database, 2);
    Outbox.Batch first = database.outbox().next(10).await();
    Outbox.Batch second = database.outbox().next(10).await();
    assertThat(first.messages()).hasSize(2);
    assertThat(first.more()).isFalse();
    assertThat(second.messages()).isEmpty();
    assertThat(second.more()).isTrue();
    second.release().await();
    first.release().await();
    assertThat(database.outbox().next(10).await().messages()).isEqualTo(first.messages());
  }

  @Test
  void a_relay_of_the_previous_version_does_not_get_the_messages_of_another_relay() {
    PgDatabase database = database();
    append(database, 1);
    Outbox.Batch batch = database.outbox().next(10).await();
    assertThat(database.pool().query(LOCK_OF_PREVIOUS_VERSION).execute().await().size()).isZero();
    batch.release().await();
    assertThat(database.pool().query(LOCK_OF_PREVIOUS_VERSION).execute().await().size()).isOne();
  }

  @Test
  void messages_are_taken_again_if_the_relay_ends_before_it_deletes_them() {
    PgDatabase database = database();
    append(database, 1);
    PgDatabase ending = new PgDatabase(vertx, uri);
    List<String> published = ending.outbox().next(10).await().messages();
    ending.close().await();
    await()
        .until(
            () -> {
              Outbox.Batch batch = database.outbox().next(10).await();
              batch.release().await();
              return batch.messages().equals(published);
            });
  }

  @Test
  void a_batch_with_the_maximum_of_messages_says_that_there_may_be_more() {
    PgDatabase database = database();
    append(database, 1);
    append(database, 2);
    Outbox.Batch first = database.outbox().next(1).await();
    assertThat(first.more()).isTrue();
    first.sent().await();
    Outbox.Batch second = database.outbox().next(10).await();
    assertThat(second.messages()).hasSize(1).doesNotContainAnyElementsOf(first.messages());
    second.sent().await();
    Outbox.Batch last = database.outbox().next(10).await();
    assertThat(last.messages()).isEmpty();
    assertThat(last.more()).isFalse();
  }

  private PgDatabase database() {
    PgSchema.migrate(vertx, uri, PgSchema.BACKBONE).await();
    return new PgDatabase(vertx, uri);
  }

  /** Appends an event of one order. */
  private static void append(PgDatabase database, long sequence) {
    OrderEvent event = new OrderEvent.CancelRequested("o", "c", "s", "", Instant.EPOCH);
    database
        .pool()
        .preparedQuery("WITH changed AS (SELECT 1) " + PgOutbox.append(1, "changed"))
        .execute(
            PgOutbox.add(
                Tuple.tuple(), EventMessages.wrap(List.of(event), sequence, Instant.EPOCH)))
        .await();
  }
}
