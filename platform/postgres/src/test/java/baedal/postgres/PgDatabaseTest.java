package baedal.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baedal.runtime.Boot;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which URIs of a PostgreSQL database are accepted. */
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
}
