package baedal.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.spi.ILoggingEvent;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SelfSignedCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers whose certificates the JDK does not trust. */
class TrustedAuthoritiesTest {

  private static final Duration WITHIN = Duration.ofSeconds(30);
  private static final SelfSignedCertificate SERVER = SelfSignedCertificate.create("localhost");
  private static final SelfSignedCertificate OTHER = SelfSignedCertificate.create("localhost");

  private final Vertx vertx = Vertx.vertx();

  @TempDir Path folder;

  @AfterEach
  void stop() {
    Security.removeProvider(AuthoritiesProvider.NAME);
    vertx.close().await();
  }

  private void install() {
    AuthoritiesProvider.install(Config.of(Map.of("CA_DIRECTORY", folder.toString())));
  }

  private void trust(SelfSignedCertificate certificate) throws IOException {
    Files.writeString(
        folder.resolve("ca.crt"), Files.readString(Path.of(certificate.certificatePath())));
  }

  /** A client without TLS settings of its own; each request opens a connection. */
  private int status(HttpClient client, HttpServer server) {
    return client
        .request(HttpMethod.GET, server.actualPort(), "localhost", "/")
        .compose(request -> request.send())
        .map(response -> response.statusCode())
        .await();
  }

  private HttpClient client() {
    return vertx.createHttpClient(
        new HttpClientOptions().setSsl(true).setKeepAlive(false).setVerifyHost(true));
  }

  private HttpServer server() {
    return vertx
        .createHttpServer(
            new HttpServerOptions().setSsl(true).setKeyCertOptions(SERVER.keyCertOptions()))
        .requestHandler(request -> request.response().end())
        .listen(0, "localhost")
        .await();
  }

  @Test
  void a_client_trusts_an_authority_of_the_folder() throws IOException {
    trust(SERVER);
    install();
    assertThat(status(client(), server())).isEqualTo(200);
  }

  @Test
  void a_client_does_not_trust_other_authorities() throws IOException {
    trust(OTHER);
    install();
    assertThatThrownBy(() -> status(client(), server())).isInstanceOf(SSLHandshakeException.class);
  }

  @Test
  void a_new_connection_of_a_running_client_trusts_a_replaced_authority() throws IOException {
    trust(OTHER);
    install();
    HttpClient client = client();
    HttpServer server = server();
    assertThatThrownBy(() -> status(client, server)).isInstanceOf(SSLHandshakeException.class);
    trust(SERVER);
    await()
        .atMost(WITHIN)
        .ignoreException(SSLHandshakeException.class)
        .until(() -> status(client, server) == 200);
  }

  @Test
  void unreadable_files_keep_the_authorities_and_log_one_warning() throws Exception {
    trust(SERVER);
    TrustedAuthorities authorities = new TrustedAuthorities(folder, Duration.ZERO);
    int before = authorities.getAcceptedIssuers().length;
    Files.writeString(folder.resolve("ca.crt"), "no certificate");
    List<ILoggingEvent> warnings =
        LoggedWarnings.during(
            () -> {
              assertThat(authorities.getAcceptedIssuers()).hasSize(before);
              assertThat(authorities.getAcceptedIssuers()).hasSize(before);
            });
    assertThat(warnings).hasSize(1);
  }

  @Test
  void the_authorities_of_the_jdk_stay_trusted() throws Exception {
    TrustManagerFactory jdk = AuthoritiesProvider.ofTheJdk();
    jdk.init((java.security.KeyStore) null);
    trust(SERVER);
    install();
    TrustManagerFactory own = TrustManagerFactory.getInstance("PKIX");
    own.init((java.security.KeyStore) null);
    assertThat(((X509TrustManager) own.getTrustManagers()[0]).getAcceptedIssuers())
        .contains(((X509TrustManager) jdk.getTrustManagers()[0]).getAcceptedIssuers());
  }

  @Test
  void a_folder_that_does_not_exist_stops_the_start() {
    Config config = Config.of(Map.of("CA_DIRECTORY", folder.resolve("missing").toString()));
    assertThatThrownBy(() -> AuthoritiesProvider.install(config))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("CA_DIRECTORY must name a folder");
  }
}
