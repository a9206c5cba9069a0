package baedal.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.net.SelfSignedCertificate;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What HTTP/2 requires of a server where no client library would go (RFC 9113). */
class Http2ProtocolTest {

  private final SelfSignedCertificate certificate = SelfSignedCertificate.create();
  private final TestGateway front =
      new TestGateway(
          Map.of(
              "TLS_CERT", certificate.certificatePath(), "TLS_KEY", certificate.privateKeyPath()));
  private final AtomicInteger served = new AtomicInteger();

  Http2ProtocolTest() {
    front.service =
        request ->
            request
                .body()
                .onSuccess(
                    body -> {
                      served.incrementAndGet();
                      request.response().end("fine");
                    })
                .onFailure(gone -> {});
  }

  @AfterEach
  void stop() {
    front.close();
    certificate.delete();
  }

  @ParameterizedTest
  @CsvSource({
    "POST, /orders, 10, 5",
    "POST, /orders, 5, 10",
    "POST, /orders, 10, 0",
    "POST, /checkouts, 10, 5",
    "POST, /payments, 5, 10",
    "POST, /nowhere, 10, 5",
    "GET, /stores, 10, 5",
    "GET, /health, 5, 10"
  })
  void a_body_of_another_length_than_announced_is_a_protocol_error(
      String method, String path, int announced, int sent) throws Exception {
    try (RawHttp2 client = new RawHttp2(front.port(), 1)) {
      client.request(1, method, path, front.bearer(), "" + announced, false);
      client.frame(RawHttp2.DATA, 0, 1, new byte[sent / 2]).barrier();
      client.frame(RawHttp2.DATA, RawHttp2.END_STREAM, 1, new byte[sent - sent / 2]).send();
      RawHttp2.Frame reset = client.next(RawHttp2.RST_STREAM);
      assertThat(reset.stream()).isEqualTo(1);
      assertThat(reset.number(0)).isEqualTo(RawHttp2.PROTOCOL_ERROR);
      assertThat(served).hasValue(0);
    }
    try (RawHttp2 client = new RawHttp2(front.port(), 1)) {
      client.get(1, "/stores", null).send();
      assertThat(client.status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @CsvSource({"POST, true", "POST, false", "GET, true"})
  void a_service_whose_connection_breaks_is_a_503(String method, boolean bodyless)
      throws Exception {
    front.service = request -> request.end().onComplete(read -> request.connection().close());
    try (RawHttp2 client = new RawHttp2(front.port(), 1)) {
      client.request(1, method, "/orders", front.bearer(), bodyless ? null : "2", bodyless);
      if (!bodyless) {
        client.frame(RawHttp2.DATA, RawHttp2.END_STREAM, 1, new byte[2]);
      }
      client.send();
      assertThat(client.status()).isEqualTo(503);
    }
  }

  @Test
  void a_request_without_a_body_that_announces_one_is_a_protocol_error() throws Exception {
    try (RawHttp2 client = new RawHttp2(front.port(), 1)) {
      client.request(1, "POST", "/orders", front.bearer(), "10", true).send();
      assertThat(client.next(RawHttp2.RST_STREAM).number(0)).isEqualTo(RawHttp2.PROTOCOL_ERROR);
      assertThat(served).hasValue(0);
    }
  }
}
