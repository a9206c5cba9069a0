package baedal.postgres;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baedal.runtime.Boot;
import baedal.testkit.TestServers;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A service whose database user cannot change the schema, beside the owner of the schema. */
class PgSchemaTest {

  private static final Pattern EXAMPLE = Pattern.compile("(?s)```sql\n(.*?)```");

  private final Vertx vertx = Boot.vertx();
  private final String server = TestServers.postgres();
  private final URI address = URI.create(server);
  private final String name = address.getPath().substring(1);
  private final AtomicInteger prepared = new AtomicInteger();

  /** Runs the statements of the README, with names that no other test uses. */
  @BeforeEach
  void createTheUsersOfTheReadme() throws Exception {
    Matcher example = EXAMPLE.matcher(Files.readString(Path.of("README.md")));
    assertThat(example.find()).isTrue();
    Pool pool = new PgDatabase(vertx, server).pool();
    String statements = example.group(1).replaceAll("(?m)^(CREATE DATABASE|\\\\connect).*$", "");
    for (String statement : statements.split(";", -1)) {
      String own = statement.strip().replace("baedal_order", name);
      if (!own.isEmpty()) {
        pool.query(own).execute().await();
      }
    }
    pool.query("ALTER DATABASE \"" + name + "\" OWNER TO " + name + "_owner").execute().await();
    pool.query("ALTER SCHEMA public OWNER TO " + name + "_owner").execute().await();
  }

  @AfterEach
  void close() {
    vertx.close().await();
  }

  private String uriOf(String user) {
    return "postgresql://%s:change-me@%s:%d/%s"
        .formatted(user, address.getHost(), address.getPort(), name);
  }

  private PgDatabase service() {
    return new PgDatabase(vertx, uriOf(name), PgSchema.BACKBONE);
  }

  @Test
  void a_service_that_does_not_migrate_is_unprepared_until_another_program_has() {
    PgDatabase service = service();
    service.prepare(false, prepared::incrementAndGet);
    assertThatThrownBy(
            () -> PgSchema.requireMigrated(vertx, uriOf(name), PgSchema.BACKBONE).await())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("V0");
    assertThat(service.prepared()).isFalse();
    PgSchema.migrate(vertx, uriOf(name + "_owner"), PgSchema.BACKBONE).await();
    await().until(service::prepared);
    await().until(() -> prepared.get() == 1);
    service.ping().await();
  }

  @Test
  void the_user_of_a_service_can_use_the_tables_but_cannot_create_one() {
    PgSchema.migrate(vertx, uriOf(name + "_owner"), PgSchema.BACKBONE).await();
    Pool pool = service().pool();
    pool.query("INSERT INTO outbox (shard, body) VALUES (1, '{}')").execute().await();
    assertThat(pool.query("SELECT * FROM take_outbox(16, 100)").execute().await()).hasSize(1);
    pool.query("DELETE FROM outbox").execute().await();
    assertThatThrownBy(() -> pool.query("CREATE TABLE own (id int)").execute().await())
        .isInstanceOfSatisfying(
            PgException.class, e -> assertThat(e.getSqlState()).isEqualTo("42501"));
  }

  @Test
  void a_service_works_with_the_schema_of_a_newer_release() {
    String owner = uriOf(name + "_owner");
    PgSchema.migrate(vertx, owner, PgSchema.BACKBONE).await();
    Pool pool = new PgDatabase(vertx, owner).pool();
    pool.query(
            """
            INSERT INTO flyway_schema_history VALUES
              (99, '99', 'of a newer release', 'SQL', 'V99__new.sql', 1, 'owner', now(), 1, true)
            """)
        .execute()
        .await();
    pool.query("UPDATE flyway_schema_history SET checksum = 1 WHERE version IS NULL")
        .execute()
        .await();
    PgSchema.requireMigrated(vertx, uriOf(name), PgSchema.BACKBONE).await();
  }
}
