package baedal.journey;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the warm-up of the services leaves behind: nothing. */
class WarmUpJourneyTest {

  private static TestSystem system;
  private static Vertx vertx;

  @BeforeAll
  static void start() throws IOException {
    system = new TestSystem(Map.of("WARM_UP", "2s"));
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void stop() {
    vertx.close().await();
    system.close();
  }

  @Test
  void the_warm_up_stores_and_publishes_nothing() {
    assertThat(system.events()).isEmpty();
    assertNothingKept(
        system.sources().orders(), "orders", "outbox", "inbox", "idempotency", "store_copy");
    assertNothingKept(
        system.sources().payments(),
        "payments",
        "outbox",
        "inbox",
        "idempotency",
        "simulator_charge");
    system.assertDatabasesAgree();
  }

  @Test
  void the_warm_up_writes_to_the_tables_before_it_rolls_back() {
    awaitWritten(system.sources().orders(), "orders");
    awaitWritten(system.sources().payments(), "payments");
  }

  private static void assertNothingKept(String uri, String... tables) {
    for (String table : tables) {
      assertThat(number(uri, "SELECT count(*) FROM " + table)).as(table).isZero();
    }
  }

  /** PostgreSQL also counts the inserts and updates of transactions that it rolled back. */
  private static void awaitWritten(String uri, String table) {
    String counts =
        "SELECT least(n_tup_ins, n_tup_upd) FROM pg_stat_user_tables WHERE relname = '%s'";
    await().until(() -> number(uri, counts.formatted(table)) > 0);
  }

  private static long number(String uri, String sql) {
    Pool pool = PgBuilder.pool().connectingTo(PgConnectOptions.fromUri(uri)).using(vertx).build();
    try {
      List<Long> numbers =
          pool.query(sql).execute().await().stream().map(r -> r.getLong(0)).toList();
      return numbers.get(0);
    } finally {
      pool.close().await();
    }
  }
}
