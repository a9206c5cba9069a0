package baedal.gateway;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baedal.runtime.Config;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.SelfSignedCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** The gateway behind a certificate that was made a moment ago. */
class TlsTest {

  private static final int ANSWER_MILLIS = 10_000;

  @TempDir Path home;

  private Path certificate;
  private Path key;
  private TestGateway front;

  @BeforeEach
  void start() throws IOException {
    certificate = home.resolve("tls.crt");
    key = home.resolve("tls.key");
    certify("first.example");
    front = new TestGateway(Map.of("TLS_CERT", certificate.toString(), "TLS_KEY", key.toString()));
  }

  @AfterEach
  void stop() {
    front.close();
  }

  private void certify(String name) throws IOException {
    SelfSignedCertificate made = SelfSignedCertificate.create(name);
    copy(made, key);
    copy(made, certificate);
    made.delete();
  }

  private record Answer(HttpClientResponse head, String body) {}

  private Answer ask(HttpVersion version) {
    HttpClient client =
        front.vertx.createHttpClient(
            new HttpClientOptions()
                .setSsl(true)
                .setUseAlpn(true)
                .setProtocolVersion(version)
                .setTrustAll(true)
                .setVerifyHost(false));
    return client
        .request(HttpMethod.GET, front.port(), TestGateway.LOOPBACK, "/orders")
        .compose(request -> request.putHeader("Authorization", front.bearer()).send())
        .compose(head -> head.body().map(body -> new Answer(head, body.toString())))
        .await();
  }

  /** The name in the certificate that the gateway shows to a client of this protocol. */
  private String shown(String protocol) throws IOException {
    try (SSLSocket socket = connect(protocol)) {
      socket.startHandshake();
      X509Certificate seen = (X509Certificate) socket.getSession().getPeerCertificates()[0];
      return seen.getSubjectX500Principal().getName();
    }
  }

  private SSLSocket connect(String protocol) throws IOException {
    SSLSocket socket =
        (SSLSocket)
            believing()
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), front.port());
    socket.setEnabledProtocols(new String[] {protocol});
    return socket;
  }

  private static SSLContext believing() {
    X509TrustManager anyone =
        new X509TrustManager() {
          @Override
          public void checkClientTrusted(X509Certificate[] chain, String type) {}

          @Override
          public void checkServerTrusted(X509Certificate[] chain, String type) {}

          @Override
          public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
          }
        };
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {anyone}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has TLS", e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"HTTP_1_1", "HTTP_2"})
  void a_request_goes_through_and_a_browser_is_told_to_come_this_way_again(String version) {
    front.service = request -> request.response().end(request.getHeader("X-Forwarded-Proto"));
    Answer answer = ask(HttpVersion.valueOf(version));
    assertThat(answer.head().version().name()).isEqualTo(version);
    assertThat(answer.head().statusCode()).isEqualTo(200);
    assertThat(answer.head().getHeader("Strict-Transport-Security")).isEqualTo("max-age=31536000");
    assertThat(answer.head().getHeader("X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(answer.body()).isEqualTo("https");
  }

  @Test
  void only_protocols_of_this_decade_are_spoken() throws Exception {
    assertThat(shown("TLSv1.3")).isEqualTo("CN=first.example");
    assertThat(shown("TLSv1.2")).isEqualTo("CN=first.example");
    for (String old : new String[] {"TLSv1.1", "TLSv1"}) {
      assertThatThrownBy(() -> shown(old)).as(old).isInstanceOf(SSLException.class);
    }
    assertThat(front.ask("GET /orders HTTP/1.1")).doesNotContain("200 OK");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "TLS_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_RSA_WITH_AES_256_CBC_SHA",
        "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"
      })
  void a_suite_without_forward_secrecy_or_authenticated_encryption_is_refused(String suite) {
    assertThatThrownBy(() -> handshake(suite)).isInstanceOf(SSLException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"
      })
  void a_suite_with_both_is_taken(String suite) throws IOException {
    assertThat(handshake(suite)).isEqualTo(suite);
  }

  private String handshake(String suite) throws IOException {
    try (SSLSocket socket = connect("TLSv1.2")) {
      socket.setEnabledCipherSuites(new String[] {suite});
      socket.startHandshake();
      return socket.getSession().getCipherSuite();
    }
  }

  @Test
  void a_client_cannot_begin_another_handshake_on_its_connection() throws IOException {
    try (SSLSocket socket = connect("TLSv1.2")) {
      socket.startHandshake();
      socket.setSoTimeout(ANSWER_MILLIS);
      socket.startHandshake();
      assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SSLException.class);
    }
    assertThat(ask(HttpVersion.HTTP_1_1).head().statusCode()).isEqualTo(200);
  }

  @Test
  void a_new_certificate_is_shown_without_a_restart_and_half_of_one_is_not() throws Exception {
    try (Log logged = new Log()) {
      Files.writeString(certificate, "half");
      await().until(logged::hasWarning);
    }
    assertThat(shown("TLSv1.3")).isEqualTo("CN=first.example");
    certify("second.example");
    await().until(() -> isShown("CN=second.example"));
    assertThat(ask(HttpVersion.HTTP_2).head().version()).isEqualTo(HttpVersion.HTTP_2);
    assertThatThrownBy(() -> shown("TLSv1.1")).isInstanceOf(SSLException.class);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void the_old_pair_stays_until_both_files_are_replaced(boolean certificateFirst) throws Exception {
    SelfSignedCertificate next = SelfSignedCertificate.create("second.example");
    Path first = certificateFirst ? certificate : key;
    Path last = certificateFirst ? key : certificate;
    try (Log logged = new Log()) {
      copy(next, first);
      await().until(() -> !logged.lines.list.isEmpty());
      assertThat(shown("TLSv1.3")).isEqualTo("CN=first.example");
      assertThat(shown("TLSv1.2")).isEqualTo("CN=first.example");
    }
    copy(next, last);
    await().until(() -> isShown("CN=second.example"));
    next.delete();
  }

  private void copy(SelfSignedCertificate made, Path to) throws IOException {
    String from = to.equals(key) ? made.privateKeyPath() : made.certificatePath();
    Files.copy(Path.of(from), to, StandardCopyOption.REPLACE_EXISTING);
  }

  private boolean isShown(String name) {
    try {
      return shown("TLSv1.3").equals(name);
    } catch (IOException e) {
      return false;
    }
  }

  /** What is logged about the certificate. */
  private static final class Log implements AutoCloseable {

    private final Logger logger = (Logger) LoggerFactory.getLogger(Certificate.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    Log() {
      lines.start();
      logger.addAppender(lines);
    }

    boolean hasWarning() {
      return List.copyOf(lines.list).stream()
          .anyMatch(line -> line.getLevel().isGreaterOrEqual(Level.WARN));
    }

    @Override
    public void close() {
      logger.detachAppender(lines);
    }
  }

  @Test
  void a_key_of_another_certificate_stops_the_start() throws IOException {
    SelfSignedCertificate other = SelfSignedCertificate.create("other.example");
    Map<String, String> settings =
        Map.of("TLS_CERT", certificate.toString(), "TLS_KEY", other.privateKeyPath());
    assertThatThrownBy(() -> new TestGateway(settings))
        .hasMessageContaining("TLS_CERT and TLS_KEY");
    other.delete();
  }

  @Test
  void half_a_setting_stops_the_start_and_is_named() {
    assertThatThrownBy(
            () -> PublicHttpConfig.from(Config.of(Map.of("TLS_CERT", certificate.toString()))))
        .hasMessageContaining("TLS_KEY");
    assertThatThrownBy(
            () -> PublicHttpConfig.from(Config.of(Map.of("TLS_CERT", "/none", "TLS_KEY", "/none"))))
        .hasMessageContaining("TLS_CERT must name a file");
  }
}
