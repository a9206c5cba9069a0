package baedal.gateway;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A client with too many requests in progress is refused; other clients are served. */
class ConcurrentRequestLimitsTest {

  private static final int LIMIT = 3;
  private static final String SLOW = "/orders?slow";

  private final List<HttpServerRequest> waiting = new CopyOnWriteArrayList<>();
  private TestGateway gateway;

  private void start(Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(settings);
    all.put("UPSTREAM_TIMEOUT", "300s");
    gateway = TestGateway.withTls(all);
    gateway.service =
        request -> {
          if ("slow".equals(request.query())) {
            waiting.add(request);
          } else {
            request.response().end("fine");
          }
        };
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private RawHttp2 connect(int address) throws Exception {
    return new RawHttp2(gateway.port(), address);
  }

  private static int status(RawHttp2 client, int stream, String path, String token)
      throws Exception {
    client.get(stream, path, token).send();
    return client.status();
  }

  @Test
  void a_subject_has_a_limited_number_of_requests_in_progress() throws Exception {
    start(Map.of("MAX_REQUESTS_PER_SUBJECT", "" + LIMIT));
    try (RawHttp2 client = connect(1);
        RawHttp2 otherAddress = connect(2)) {
      for (int i = 0; i < LIMIT; i++) {
        client.get(1 + 2 * i, SLOW, gateway.bearer("c-1"));
      }
      client.send();
      await().until(() -> waiting.size() == LIMIT);
      assertThat(status(client, 21, "/stores", gateway.bearer("c-1"))).isEqualTo(503);
      assertThat(status(otherAddress, 1, "/health", gateway.bearer("c-1"))).isEqualTo(503);
      assertThat(status(client, 23, "/orders", gateway.bearer("c-2"))).isEqualTo(200);
      assertThat(status(client, 25, "/stores", null)).isEqualTo(200);
      waiting.remove(0).response().end();
      assertThat(client.status()).isEqualTo(200);
      assertThat(status(client, 27, "/orders", gateway.bearer("c-1"))).isEqualTo(200);
    }
  }

  @Test
  void a_503_for_too_many_requests_in_progress_has_retry_after() throws Exception {
    start(Map.of("MAX_REQUESTS_PER_SUBJECT", "" + LIMIT));
    List<Integer> statuses = new CopyOnWriteArrayList<>();
    List<String> retryAfter = new CopyOnWriteArrayList<>();
    HttpClient client = gateway.vertx.createHttpClient(TestTls.clientOptions(HttpVersion.HTTP_2));
    for (int i = 0; i <= LIMIT; i++) {
      client
          .request(HttpMethod.GET, gateway.port(), TestGateway.LOOPBACK, SLOW)
          .compose(request -> request.putHeader("Authorization", gateway.bearer("c-1")).send())
          .onSuccess(
              answer -> {
                retryAfter.add(answer.getHeader("Retry-After"));
                statuses.add(answer.statusCode());
              });
    }
    await().until(() -> !statuses.isEmpty());
    assertThat(statuses).containsExactly(503);
    assertThat(retryAfter).containsExactly("1");
  }

  @Test
  void an_address_has_a_limited_number_of_requests_in_progress() throws Exception {
    start(Map.of("MAX_REQUESTS_PER_ADDRESS", "" + LIMIT));
    try (RawHttp2 client = connect(1);
        RawHttp2 otherAddress = connect(2)) {
      for (int i = 0; i < LIMIT; i++) {
        client.get(1 + 2 * i, SLOW, gateway.bearer("c-" + i));
      }
      client.send();
      await().until(() -> waiting.size() == LIMIT);
      assertThat(status(client, 21, "/stores", null)).isEqualTo(503);
      assertThat(status(client, 23, "/orders", gateway.bearer("c-9"))).isEqualTo(503);
      assertThat(status(otherAddress, 1, "/stores", null)).isEqualTo(200);
      client.number(RawHttp2.RST_STREAM, 1, RawHttp2.CANCEL);
      assertThat(status(client, 25, "/stores", null)).isEqualTo(200);
    }
  }

  @Test
  void an_event_stream_does_not_count_as_a_request_in_progress() throws Exception {
    start(Map.of("MAX_REQUESTS_PER_SUBJECT", "" + LIMIT));
    try (RawHttp2 client = connect(1)) {
      for (int i = 0; i < 2 * LIMIT; i++) {
        client.get(1 + 2 * i, "/mypages/1/live?slow", gateway.bearer("c-1"));
      }
      client.send();
      await().until(() -> waiting.size() == 2 * LIMIT);
      assertThat(status(client, 21, "/orders", gateway.bearer("c-1"))).isEqualTo(200);
    }
  }

  @Test
  void a_checkout_counts_until_the_services_have_answered() throws Exception {
    start(Map.of("MAX_REQUESTS_PER_SUBJECT", "1"));
    gateway.service =
        request -> {
          if (request.path().equals("/orders")) {
            waiting.add(request);
          } else {
            request.response().end("fine");
          }
        };
    JsonObject body =
        new JsonObject()
            .put("order", TestGateway.ORDER)
            .put("payment", new JsonObject().put("method", "KAKAO_PAY"));
    try (RawHttp2 client = connect(1)) {
      client
          .request(1, "POST", "/checkouts", gateway.bearer("c-1"), null, false)
          .frame(RawHttp2.DATA, RawHttp2.END_STREAM, 1, body.toBuffer().getBytes())
          .send();
      await().until(() -> !waiting.isEmpty());
      client.number(RawHttp2.RST_STREAM, 1, RawHttp2.CANCEL);
      assertThat(status(client, 3, "/mypages", gateway.bearer("c-1"))).isEqualTo(503);
      waiting.get(0).response().setStatusCode(409).end("{}");
      for (int i = 5; status(client, i, "/mypages", gateway.bearer("c-1")) == 503; i += 2) {
        assertThat(i).isLessThan(20_000);
      }
    }
  }

  @Test
  void a_request_of_another_client_gets_the_next_free_connection() throws Exception {
    start(Map.of("MAX_REQUESTS_PER_SUBJECT", "0"));
    try (RawHttp2 one = connect(1);
        RawHttp2 two = connect(1);
        RawHttp2 three = connect(1);
        RawHttp2 four = connect(1);
        RawHttp2 other = connect(1)) {
      for (RawHttp2 client : List.of(one, two, three, four)) {
        for (int stream = 1; stream < 200; stream += 2) {
          client.get(stream, SLOW, gateway.bearer("c-1"));
        }
        client.barrier();
      }
      await().until(() -> waiting.size() == Proxies.CONNECTIONS_PER_SERVICE);
      other.get(1, "/orders?other", gateway.bearer("c-2")).barrier();
      waiting.get(0).response().end();
      waiting.get(1).response().end();
      assertThat(other.status()).isEqualTo(200);
    }
  }
}
