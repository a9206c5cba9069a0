package baedal.postgres;

import static baedal.testkit.CallOutcome.assertBug;
import static baedal.testkit.CallOutcome.assertTransient;
import static baedal.testkit.CallOutcome.succeeds;
import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.runtime.Boot;
import baedal.testkit.CallOutcome;
import baedal.testkit.FaultProxy;
import baedal.testkit.TestServers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which failures of PostgreSQL and of its driver are transient. */
class PgFailuresTest {

  private final Vertx vertx = Boot.vertx();

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void a_call_that_hangs_ends_with_a_transient_failure() {
    FaultProxy proxy = new FaultProxy(vertx, TestServers.postgres());
    PgDatabase store = new PgDatabase(vertx, proxy.uri(), PgSchema.BACKBONE);
    store.prepare(() -> {});
    await().until(store::prepared);
    Supplier<Future<?>> call = store::ping;
    call.get().await();
    proxy.freeze();
    assertTransient(call.get());
    proxy.thaw();
    await().until(() -> succeeds(call.get()));
  }

  @Test
  void a_statement_that_takes_too_long_is_a_transient_failure() {
    PgDatabase store = new PgDatabase(vertx, TestServers.postgres());
    assertTransient(store.pool().query("SELECT pg_sleep(60)").execute());
  }

  @Test
  void an_unreachable_server_is_a_transient_failure() {
    PgDatabase store = new PgDatabase(vertx, "postgresql://order:order@127.0.0.1:1/order");
    assertTransient(store.pool().query("SELECT 1").execute());
  }

  @Test
  void a_connection_that_ends_before_the_response_is_a_transient_failure() {
    FaultProxy proxy = new FaultProxy(vertx, TestServers.postgres());
    PgDatabase store = new PgDatabase(vertx, proxy.uri());
    store.pool().query("SELECT 1").execute().await();
    Future<?> call = store.pool().query("SELECT pg_sleep(60)").execute();
    proxy.closeConnections();
    assertTransient(call);
  }

  @Test
  void a_server_that_ends_the_session_is_a_transient_failure() {
    PgDatabase store = new PgDatabase(vertx, TestServers.postgres());
    assertTransient(store.pool().query("SELECT pg_terminate_backend(pg_backend_pid())").execute());
  }

  @Test
  void a_pool_without_a_free_connection_is_a_transient_failure() {
    PgDatabase store = new PgDatabase(vertx, TestServers.postgres());
    List<SqlConnection> taken = new ArrayList<>();
    for (int i = 0; i < PgDatabase.CONNECTIONS; i++) {
      taken.add(store.pool().getConnection().await());
    }
    List.of(
            store.pool().getConnection(),
            store.pool().query("SELECT 1").execute(),
            store.pool().preparedQuery("SELECT $1::int").execute(Tuple.of(1)))
        .forEach(CallOutcome::assertTransient);

    taken.forEach(SqlConnection::close);
    assertThat(store.pool().query("SELECT 1").execute().await().size()).isEqualTo(1);
  }

  /** After a fail-over, the former primary is read-only. */
  @Test
  void a_server_that_has_become_read_only_is_a_transient_failure() {
    PgDatabase store = new PgDatabase(vertx, TestServers.postgres());
    assertTransient(
        store
            .pool()
            .withConnection(
                connection ->
                    connection
                        .query("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
                        .execute()
                        .compose(v -> connection.query("CREATE TABLE later (id text)").execute())));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELEC 1",
        "SELECT * FROM nowhere",
        "SELECT 1 / 0",
        "INSERT INTO things (id) VALUES ('a')",
        "DO $$BEGIN RAISE EXCEPTION 'connection closed, timeout'; END$$"
      })
  void a_statement_that_the_server_refuses_is_a_bug(String sql) {
    PgDatabase store = new PgDatabase(vertx, TestServers.postgres());
    store
        .pool()
        .query("CREATE TABLE things (id text PRIMARY KEY); INSERT INTO things VALUES ('a')")
        .execute()
        .await();
    assertBug(store.pool().query(sql).execute());
  }

  @Test
  void a_wrong_number_or_type_of_parameters_is_a_bug() {
    PgDatabase store = new PgDatabase(vertx, TestServers.postgres());
    assertBug(store.pool().preparedQuery("SELECT $1::int").execute(Tuple.tuple()));
    assertBug(store.pool().preparedQuery("SELECT $1::int").execute(Tuple.of("one")));
  }
}
