package baedal.postgres;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baedal.backing.Ports;
import baedal.backing.Postgres;
import baedal.runtime.AuthoritiesProvider;
import baedal.runtime.Boot;
import baedal.runtime.Config;
import io.vertx.core.Vertx;
import io.vertx.core.net.SelfSignedCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.Security;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PgTlsTest {

  @TempDir static Path home;
  private static Postgres server;
  private static SelfSignedCertificate certificate;
  private static int port;

  private final Vertx vertx = Boot.vertx();

  @BeforeAll
  static void start() throws IOException {
    certificate = SelfSignedCertificate.create("localhost");
    Path key = home.resolve("server.key");
    Files.copy(Path.of(certificate.privateKeyPath()), key);
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    Path authorities = Files.createDirectory(home.resolve("authorities"));
    Path chain = authorities.resolve("server.crt");
    Files.copy(Path.of(certificate.certificatePath()), chain);
    port = Ports.free();
    server = Postgres.start(home.resolve("postgres"), port);
    Vertx vertx = Vertx.vertx();
    PgDatabase plain = new PgDatabase(vertx, uri("127.0.0.1", "disable"));
    for (String statement :
        List.of(
            "ALTER SYSTEM SET ssl_cert_file = '" + chain + "'",
            "ALTER SYSTEM SET ssl_key_file = '" + key + "'",
            "ALTER SYSTEM SET ssl = on",
            "SELECT pg_reload_conf()")) {
      plain.pool().query(statement).execute().await();
    }
    await()
        .until(
            () ->
                "on"
                    .equals(
                        plain
                            .pool()
                            .query("SHOW ssl")
                            .execute()
                            .await()
                            .iterator()
                            .next()
                            .getString(0)));
    vertx.close().await();
  }

  @AfterAll
  static void stop() {
    server.stop();
    certificate.delete();
  }

  @AfterEach
  void close() {
    vertx.close().await();
    Security.removeProvider(AuthoritiesProvider.NAME);
  }

  @ParameterizedTest
  @ValueSource(strings = {"require", "verify-ca", "verify-full"})
  void statements_and_migrations_use_tls_as_the_uri_says(String mode) {
    trustServer();
    PgDatabase database = new PgDatabase(vertx, uri("localhost", mode), PgSchema.BACKBONE);
    assertThat(usesTls(database)).isTrue();
    PgSchema.migrate(vertx, uri("localhost", mode), PgSchema.BACKBONE).await();
  }

  @Test
  void a_server_of_an_unknown_authority_is_refused() {
    assertRefused(uri("localhost", "verify-ca"));
    assertRefused(uri("localhost", "verify-full"));
  }

  @Test
  void verify_full_refuses_a_server_with_another_name() {
    trustServer();
    String uri = uri("127.0.0.1", "verify-full");
    assertRefused(uri);
    assertThatThrownBy(() -> PgSchema.migrate(vertx, uri, PgSchema.BACKBONE).await())
        .isInstanceOf(Exception.class);
    assertThat(usesTls(new PgDatabase(vertx, uri("127.0.0.1", "verify-ca")))).isTrue();
  }

  private void assertRefused(String uri) {
    PgDatabase database = new PgDatabase(vertx, uri);
    assertThatThrownBy(() -> usesTls(database)).isInstanceOf(Exception.class);
  }

  private static void trustServer() {
    AuthoritiesProvider.install(
        Config.of(Map.of("CA_DIRECTORY", home.resolve("authorities").toString())));
  }

  private static boolean usesTls(PgDatabase database) {
    return database
        .pool()
        .query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        .execute()
        .await()
        .iterator()
        .next()
        .getBoolean(0);
  }

  private static String uri(String host, String mode) {
    return "postgresql://postgres:postgres@" + host + ":" + port + "/postgres?sslmode=" + mode;
  }
}
