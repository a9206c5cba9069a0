package baedal.gateway;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * If a client resets its stream or closes its connection, the gateway releases all that its request
 * used.
 */
class ClientGoneTest {

  private static final int CONNECTIONS = 8;
  private static final int STREAMS = 100;
  private static final String SLOW = "/stores?slow";

  /** The timeout is longer than any test, so it ends no request. */
  private static final Map<String, String> SETTINGS =
      Map.of("UPSTREAM_TIMEOUT", "300s", "MAX_REQUESTS_PER_SUBJECT", "0");

  private final AtomicInteger waiting = new AtomicInteger();
  private TestGateway gateway;

  private void use(TestGateway started) {
    gateway = started;
    gateway.service = this::serve;
  }

  private void startWithTls() {
    use(TestGateway.withTls(SETTINGS));
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  /** Never answers {@code ?slow}, and never ends its response to {@code ?endless}. */
  private void serve(HttpServerRequest request) {
    String query = request.query();
    if (query == null) {
      request.response().end("fine");
    } else if (query.equals("early")) {
      request.response().end("fine without the body");
    } else {
      waiting.incrementAndGet();
      request.response().closeHandler(v -> waiting.decrementAndGet());
      if (query.equals("endless")) {
        request.response().setChunked(true).write("a beginning");
      }
    }
  }

  private void assertOthersAreServed() throws Exception {
    try (RawHttp2 other = new RawHttp2(gateway.port(), 2)) {
      other.get(1, "/stores", null).get(3, "/orders", gateway.bearer("c-2")).send();
      assertThat(other.status()).isEqualTo(200);
      assertThat(other.status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "RESET, /stores?slow",
    "RESET, /stores?endless",
    "RESET, /orders?slow",
    "WINDOW, /stores?slow",
    "CLOSE, /stores?slow",
    "CLOSE, /orders?endless"
  })
  void a_request_releases_its_connection_if_its_client_disconnects(String how, String path)
      throws Exception {
    startWithTls();
    String token = path.startsWith("/orders") ? gateway.bearer() : null;
    List<RawHttp2> clients = new ArrayList<>();
    for (int i = 0; i < CONNECTIONS; i++) {
      RawHttp2 client = new RawHttp2(gateway.port(), 1);
      clients.add(client);
      for (int stream = 1; stream < 2 * STREAMS; stream += 2) {
        client.get(stream, path, token);
        if (how.equals("RESET")) {
          client.number(RawHttp2.RST_STREAM, stream, RawHttp2.CANCEL);
        } else if (how.equals("WINDOW")) {
          client.number(RawHttp2.WINDOW_UPDATE, stream, 0);
        }
      }
      client.send();
    }
    if (how.equals("CLOSE")) {
      for (RawHttp2 client : clients) {
        client.close();
      }
    }
    assertOthersAreServed();
    await().until(() -> waiting.get() == 0);
    for (RawHttp2 client : clients) {
      client.close();
    }
  }

  @ParameterizedTest
  @CsvSource({"/stores?slow", "/stores?endless"})
  void a_reset_ends_a_request_that_the_service_has_received(String path) throws Exception {
    startWithTls();
    try (RawHttp2 client = new RawHttp2(gateway.port(), 1)) {
      for (int stream = 1; stream < 2 * STREAMS; stream += 2) {
        client.get(stream, path, null);
      }
      client.send();
      await().until(() -> waiting.get() == STREAMS);
      for (int stream = 1; stream < 2 * STREAMS; stream += 2) {
        client.number(RawHttp2.RST_STREAM, stream, RawHttp2.CANCEL);
      }
      client.send();
      await().until(() -> waiting.get() == 0);
    }
    assertOthersAreServed();
  }

  @ParameterizedTest
  @CsvSource({"/stores?slow", "/stores?endless"})
  void a_closed_http_1_connection_releases_its_connection_to_the_service(String path)
      throws Exception {
    use(new TestGateway(SETTINGS));
    List<Socket> clients = new ArrayList<>();
    for (int i = 0; i < CONNECTIONS * STREAMS; i++) {
      Socket client = gateway.connect();
      clients.add(client);
      write(client, "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    for (Socket client : clients) {
      client.close();
    }
    assertThat(gateway.ask("GET /stores HTTP/1.1")).startsWith("HTTP/1.1 200");
    await().until(() -> waiting.get() == 0);
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void a_service_connection_with_an_unfinished_body_is_not_reused() throws Exception {
    startWithTls();
    try (RawHttp2 client = new RawHttp2(gateway.port(), 1)) {
      client
          .request(1, "POST", "/orders?early", gateway.bearer(), "1000", false)
          .frame(RawHttp2.DATA, 0, 1, new byte[10])
          .send();
      assertThat(client.status()).isEqualTo(200);
      client.number(RawHttp2.RST_STREAM, 1, RawHttp2.CANCEL).send();
      client.get(3, "/stores", null).send();
      assertThat(client.status()).isEqualTo(200);
    }
    assertOthersAreServed();
  }

  @Test
  void requests_that_are_reset_count_against_the_rate_limit() throws Exception {
    Map<String, String> settings = new HashMap<>(SETTINGS);
    settings.put("RATE_PER_ADDRESS", "10");
    use(TestGateway.withTls(settings));
    try (RawHttp2 client = new RawHttp2(gateway.port(), 1)) {
      for (int stream = 1; stream < 20; stream += 2) {
        client.get(stream, SLOW, null).number(RawHttp2.RST_STREAM, stream, RawHttp2.CANCEL);
      }
      client.get(21, "/stores", null).send();
      assertThat(client.status()).isEqualTo(429);
    }
    try (RawHttp2 other = new RawHttp2(gateway.port(), 2)) {
      other.get(1, "/stores", null).send();
      assertThat(other.status()).isEqualTo(200);
    }
  }
}
