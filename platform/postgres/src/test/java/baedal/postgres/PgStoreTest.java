package baedal.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baedal.runtime.Boot;
import baedal.runtime.TransientFailures;
import baedal.testkit.TestServers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How a service finds its PostgreSQL, and what it takes for an outage of it. */
class PgStoreTest {

  private final Vertx vertx = Boot.vertx();

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void a_uri_that_cannot_be_read_keeps_its_password() {
    assertThatThrownBy(() -> new PgStore(vertx, "postgresql://order:se/cr+et@db:5432/order"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("postgresql://user:password@host:port/database")
        .hasNoCause()
        .message()
        .doesNotContain("cr+et");
  }

  @Test
  void a_host_may_have_any_name_and_a_password_any_letter() {
    var server = PgSchema.parse("postgresql://order:a%2Fb%2Bc@order_db/order");
    assertThat(server.getHost()).isEqualTo("order_db");
    assertThat(server.getPort()).isEqualTo(5432);
    assertThat(server.getPassword()).isEqualTo("a/b+c");
  }

  /** As one that was the first of several servers until a moment ago. */
  @Test
  void a_server_that_takes_no_writes_any_more_is_one_that_is_away() {
    PgStore store = new PgStore(vertx, TestServers.postgres());
    Future<RowSet<Row>> written =
        store
            .pool()
            .withConnection(
                connection ->
                    connection
                        .query("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
                        .execute()
                        .compose(v -> connection.query("CREATE TABLE later (id text)").execute()));
    assertThat(written.otherwiseEmpty().await()).isNull();
    assertThat(written.cause()).matches(TransientFailures::isOutage, "is an outage");
  }
}
