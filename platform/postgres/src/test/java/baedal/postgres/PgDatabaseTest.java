package baedal.postgres;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baedal.runtime.Boot;
import baedal.testkit.TestServers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which URIs of a PostgreSQL database are accepted, and how long its connections stay open. */
class PgDatabaseTest {

  private final Vertx vertx = Boot.vertx();

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void the_error_for_an_invalid_uri_does_not_contain_the_password() {
    assertThatThrownBy(() -> new PgDatabase(vertx, "postgresql://order:se/cr+et@db:5432/order"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("postgresql://user:password@host:port/database")
        .hasNoCause()
        .message()
        .doesNotContain("cr+et");
  }

  @Test
  void a_host_may_contain_an_underscore_and_a_password_encoded_characters() {
    var server = PgSchema.parse("postgresql://order:a%2Fb%2Bc@order_db/order");
    assertThat(server.getHost()).isEqualTo("order_db");
    assertThat(server.getPort()).isEqualTo(5432);
    assertThat(server.getPassword()).isEqualTo("a/b+c");
  }

  /** The pool closes a connection that is unused for 5 s. */
  @Test
  void the_connections_of_a_recent_peak_stay_open() {
    PgDatabase database = new PgDatabase(vertx, TestServers.postgres(), PgSchema.BACKBONE);
    AtomicBoolean prepared = new AtomicBoolean();
    database.prepare(() -> prepared.set(true));
    await().until(prepared::get);
    List<Future<RowSet<Row>>> peak = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      peak.add(database.pool().query("SELECT pg_backend_pid(), pg_sleep(0.2)").execute());
    }
    Future.all(peak).await();
    Integer[] servers =
        peak.stream().map(f -> f.result().iterator().next().getInteger(0)).toArray(Integer[]::new);
    await()
        .until(
            () ->
                database
                        .pool()
                        .preparedQuery(
                            """
                            SELECT 1 FROM pg_stat_activity
                             WHERE pid = ANY ($1) AND query_start > backend_start + interval '8 seconds'
                            """)
                        .execute(Tuple.tuple().addArrayOfInteger(servers))
                        .await()
                        .size()
                    == servers.length);
    database.close().await();
  }
}
