package baedal.postgres;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.EventMessage;
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

  private final Vertx vertx = Boot.vertx();

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void a_relay_on_a_crashed_machine_does_not_block_other_relays() {
    String uri = TestServers.postgres();
    PgSchema.migrate(vertx, uri, PgSchema.BACKBONE).await();
    FaultProxy proxy = new FaultProxy(vertx, uri);
    PgDatabase crashed = new PgDatabase(vertx, proxy.uri());
    PgDatabase other = new PgDatabase(vertx, uri);
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
}
