package baedal.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests that violate HTTP/2 (RFC 9113), and failures of a service behind HTTP/2 requests. */
class Http2ProtocolTest {

  private final TestGateway gateway = TestGateway.withTls(Map.of());
  private final AtomicInteger served = new AtomicInteger();

  Http2ProtocolTest() {
    gateway.service =
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
    gateway.close();
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
  void a_body_that_differs_from_its_content_length_is_a_protocol_error(
      String method, String path, int announced, int sent) throws Exception {
    int first = Math.min(announced, sent) / 2;
    try (RawHttp2 client = new RawHttp2(gateway.port(), 1)) {
      client.request(1, method, path, gateway.bearer(), "" + announced, false);
      client.frame(RawHttp2.DATA, 0, 1, new byte[first]).barrier();
      client.frame(RawHttp2.DATA, RawHttp2.END_STREAM, 1, new byte[sent - first]).send();
      RawHttp2.Frame reset = client.next(RawHttp2.RST_STREAM);
      assertThat(reset.stream()).isEqualTo(1);
      assertThat(reset.number(0)).isEqualTo(RawHttp2.PROTOCOL_ERROR);
      assertThat(served).hasValue(0);
    }
    try (RawHttp2 client = new RawHttp2(gateway.port(), 1)) {
      client.get(1, "/stores", null).send();
      assertThat(client.status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @CsvSource({"POST, true", "POST, false", "GET, true"})
  void a_request_is_503_if_the_service_closes_its_connection(String method, boolean bodyless)
      throws Exception {
    gateway.service = request -> request.end().onComplete(read -> request.connection().close());
    try (RawHttp2 client = new RawHttp2(gateway.port(), 1)) {
      client.request(1, method, "/orders", gateway.bearer(), bodyless ? null : "2", bodyless);
      if (!bodyless) {
        client.frame(RawHttp2.DATA, RawHttp2.END_STREAM, 1, new byte[2]);
      }
      client.send();
      assertThat(client.status()).isEqualTo(503);
    }
  }

  @Test
  void a_request_with_a_content_length_and_no_body_is_a_protocol_error() throws Exception {
    try (RawHttp2 client = new RawHttp2(gateway.port(), 1)) {
      client.request(1, "POST", "/orders", gateway.bearer(), "10", true).send();
      assertThat(client.next(RawHttp2.RST_STREAM).number(0)).isEqualTo(RawHttp2.PROTOCOL_ERROR);
      assertThat(served).hasValue(0);
    }
  }
}
