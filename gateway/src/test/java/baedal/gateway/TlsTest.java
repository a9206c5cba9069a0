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
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** The gateway behind TLS, while its certificate changes. */
class TlsTest {

  private static final int TIMEOUT_MILLIS = 10_000;

  @TempDir Path home;

  private Path certificate;
  private Path key;
  private TestGateway gateway;

  @BeforeEach
  void start() throws IOException {
    certificate = home.resolve("tls.crt");
    key = home.resolve("tls.key");
    replaceCertificate("first.example");
    gateway =
        new TestGateway(Map.of("TLS_CERT", certificate.toString(), "TLS_KEY", key.toString()));
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private void replaceCertificate(String name) throws IOException {
    copy(TestCertificate.of(name), key);
    copy(TestCertificate.of(name), certificate);
  }

  private record Answer(HttpClientResponse head, String body) {}

  private Answer ask(HttpVersion version) {
    HttpClient client = gateway.vertx.createHttpClient(TestTls.clientOptions(version));
    return client
        .request(HttpMethod.GET, gateway.port(), TestGateway.LOOPBACK, "/orders")
        .compose(request -> request.putHeader("Authorization", gateway.bearer()).send())
        .compose(head -> head.body().map(body -> new Answer(head, body.toString())))
        .await();
  }

  /** The subject of the certificate that a client of this protocol gets. */
  private String subject(String protocol) throws IOException {
    try (SSLSocket socket = connect(protocol)) {
      socket.startHandshake();
      X509Certificate peer = (X509Certificate) socket.getSession().getPeerCertificates()[0];
      return peer.getSubjectX500Principal().getName();
    }
  }

  private SSLSocket connect(String protocol) throws IOException {
    SSLSocket socket =
        (SSLSocket)
            TestTls.context()
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), gateway.port());
    socket.setEnabledProtocols(new String[] {protocol});
    return socket;
  }

  @ParameterizedTest
  @ValueSource(strings = {"HTTP_1_1", "HTTP_2"})
  void a_request_over_tls_is_passed_on_and_its_response_has_hsts(String version) {
    gateway.service = request -> request.response().end(request.getHeader("X-Forwarded-Proto"));
    Answer answer = ask(HttpVersion.valueOf(version));
    assertThat(answer.head().version().name()).isEqualTo(version);
    assertThat(answer.head().statusCode()).isEqualTo(200);
    assertThat(answer.head().getHeader("Strict-Transport-Security")).isEqualTo("max-age=31536000");
    assertThat(answer.head().getHeader("X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(answer.body()).isEqualTo("https");
  }

  @Test
  void only_tls_1_3_and_1_2_are_accepted() throws Exception {
    assertThat(subject("TLSv1.3")).isEqualTo("CN=first.example");
    assertThat(subject("TLSv1.2")).isEqualTo("CN=first.example");
    for (String old : new String[] {"TLSv1.1", "TLSv1"}) {
      assertThatThrownBy(() -> subject(old)).as(old).isInstanceOf(SSLException.class);
    }
    assertThat(gateway.ask("GET /orders HTTP/1.1")).doesNotContain("200 OK");
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
  void a_suite_with_forward_secrecy_and_authenticated_encryption_is_accepted(String suite)
      throws IOException {
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
  void a_client_cannot_renegotiate() throws IOException {
    try (SSLSocket socket = connect("TLSv1.2")) {
      socket.startHandshake();
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.startHandshake();
      assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SSLException.class);
    }
    assertThat(ask(HttpVersion.HTTP_1_1).head().statusCode()).isEqualTo(200);
  }

  @Test
  void a_new_certificate_is_used_without_a_restart_and_a_broken_one_is_not() throws Exception {
    try (Log logged = new Log()) {
      Files.writeString(certificate, "half");
      await().until(logged::hasWarning);
    }
    assertThat(subject("TLSv1.3")).isEqualTo("CN=first.example");
    replaceCertificate("second.example");
    await().until(() -> isSubject("CN=second.example"));
    assertThat(ask(HttpVersion.HTTP_2).head().version()).isEqualTo(HttpVersion.HTTP_2);
    assertThatThrownBy(() -> subject("TLSv1.1")).isInstanceOf(SSLException.class);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void the_previous_pair_stays_in_use_until_both_files_are_replaced(boolean certificateFirst)
      throws Exception {
    TestCertificate next = TestCertificate.of("second.example");
    Path first = certificateFirst ? certificate : key;
    Path last = certificateFirst ? key : certificate;
    try (Log logged = new Log()) {
      copy(next, first);
      await().until(() -> !logged.lines.list.isEmpty());
      assertThat(subject("TLSv1.3")).isEqualTo("CN=first.example");
      assertThat(subject("TLSv1.2")).isEqualTo("CN=first.example");
    }
    copy(next, last);
    await().until(() -> isSubject("CN=second.example"));
  }

  private void copy(TestCertificate created, Path to) throws IOException {
    Path from = to.equals(key) ? created.key() : created.certificate();
    Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
  }

  private boolean isSubject(String name) {
    try {
      return subject("TLSv1.3").equals(name);
    } catch (IOException e) {
      return false;
    }
  }

  /** Records the log lines about the certificate. */
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
  void the_start_fails_with_the_key_of_another_certificate() throws IOException {
    Path otherKey = TestCertificate.of("other.example").key();
    Map<String, String> settings =
        Map.of("TLS_CERT", certificate.toString(), "TLS_KEY", otherKey.toString());
    assertThatThrownBy(() -> new TestGateway(settings))
        .hasMessageContaining("TLS_CERT and TLS_KEY");
  }

  @Test
  void the_start_fails_and_names_a_missing_tls_setting() {
    assertThatThrownBy(
            () -> PublicHttpConfig.from(Config.of(Map.of("TLS_CERT", certificate.toString()))))
        .hasMessageContaining("TLS_KEY");
    assertThatThrownBy(
            () -> PublicHttpConfig.from(Config.of(Map.of("TLS_CERT", "/none", "TLS_KEY", "/none"))))
        .hasMessageContaining("TLS_CERT must name a file");
  }
}
