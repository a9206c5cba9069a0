package baedal.gateway;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.ext.web.Router;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which requests are forwarded, and what happens while services are silent, busy or streaming. */
class ProxiesTest {

  private static final String BIG = "x".repeat(60_000);

  private final TestGateway gateway =
      new TestGateway(Map.of("UPSTREAM_TIMEOUT", "2s", "MAX_REQUESTS_PER_SUBJECT", "0"));

  @AfterEach
  void stop() {
    gateway.close();
  }

  @Test
  void no_spelling_of_a_path_reaches_an_internal_route() throws Exception {
    List<String> inside = new CopyOnWriteArrayList<>();
    Router router = Router.router(gateway.vertx);
    router.route("/internal/*").handler(ctx -> inside.add(ctx.request().uri()));
    router.route("/health/*").handler(ctx -> inside.add(ctx.request().uri()));
    router.route("/metrics").handler(ctx -> inside.add(ctx.request().uri()));
    gateway.service = router;
    for (String path :
        List.of(
            "/internal/orders/1/due",
            "//internal/orders/1/due",
            "/orders/../internal/orders/1/due",
            "/orders/%2e%2e/internal/orders/1/due",
            "/orders/%2E%2E%2Finternal/orders/1/due",
            "/orders/..%2finternal/orders/1/due",
            "/orders//..//../internal/orders/1/due",
            "/orders/1/../../internal/orders/1/due",
            "/orders/..\\internal/orders/1/due",
            "/orders/..;/internal/orders/1/due",
            "/orders/%252e%252e/internal/orders/1/due",
            "/orders/..%2fmetrics",
            "/ordersinternal",
            "http://order/internal/orders/1/due",
            "http://order/orders/../internal/orders/1/due")) {
      String answer = gateway.ask("GET " + path + " HTTP/1.1");
      assertThat(answer).as(path).containsPattern("HTTP/1.1 4\\d\\d");
    }
    assertThat(inside).isEmpty();
  }

  /** Makes the service stream. Returns the number of its open streams. */
  private AtomicInteger streaming() {
    AtomicInteger listeners = new AtomicInteger();
    gateway.service =
        request -> {
          if (!request.path().endsWith("/live")) {
            request.response().end("fine");
            return;
          }
          listeners.incrementAndGet();
          request.response().setChunked(true).closeHandler(v -> listeners.decrementAndGet());
          request.response().write(":\n\n");
        };
    return listeners;
  }

  private HttpClient client(int connections) {
    return gateway.vertx.createHttpClient(new PoolOptions().setHttp1MaxSize(connections));
  }

  private Future<HttpClientResponse> send(
      HttpClient client, HttpMethod method, String path, String token, String body) {
    return client
        .request(method, gateway.port(), TestGateway.LOOPBACK, path)
        .compose(
            request -> {
              request.putHeader("Authorization", token);
              return body == null ? request.send() : request.send(body);
            });
  }

  private Future<Integer> status(
      HttpClient client, HttpMethod method, String path, String token, String body) {
    return send(client, method, path, token, body)
        .compose(response -> response.body().map(b -> response.statusCode()));
  }

  @Test
  void a_client_that_closes_its_stream_releases_the_connection() throws Exception {
    AtomicInteger listeners = streaming();
    HttpClientResponse stream =
        send(client(1), HttpMethod.GET, "/mypages/1/live", gateway.bearer(), null).await();
    await().until(() -> listeners.get() == 1);
    stream.request().connection().close();
    await().until(() -> listeners.get() == 0);
  }

  @Test
  void a_stopping_gateway_ends_its_event_streams_completely() throws Exception {
    AtomicInteger listeners = streaming();
    Future<Buffer> stream =
        send(client(1), HttpMethod.GET, "/mypages/1/live", gateway.bearer(), null)
            .compose(HttpClientResponse::body);
    await().until(() -> listeners.get() == 1);
    gateway.undeploy();
    assertThat(stream.await(20, TimeUnit.SECONDS).toString()).isEqualTo(":\n\n");
    await().until(() -> listeners.get() == 0);
  }

  @Test
  void many_streams_do_not_block_other_requests() throws Exception {
    AtomicInteger listeners = streaming();
    // The streams are silent. A short timeout would end the first ones before the last ones begin.
    gateway.deploy(Map.of("UPSTREAM_TIMEOUT", "300s"));
    HttpClient many = client(1_000);
    for (int i = 0; i < 400; i++) {
      send(many, HttpMethod.GET, "/mypages/1/live", gateway.bearer("c-" + i), null);
    }
    await().until(() -> listeners.get() == 400);
    assertThat(
            status(client(1), HttpMethod.GET, "/mypages", gateway.bearer(), null)
                .await(20, TimeUnit.SECONDS))
        .isEqualTo(200);
  }

  @Test
  void a_silent_service_is_503_and_a_stalled_response_is_broken_off() throws Exception {
    gateway.service = request -> {};
    assertThat(
            status(client(1), HttpMethod.GET, "/orders/1", gateway.bearer(), null)
                .await(20, TimeUnit.SECONDS))
        .isEqualTo(503);
    gateway.service = request -> request.response().setChunked(true).write("half");
    Future<Integer> silent = status(client(1), HttpMethod.GET, "/orders/1", gateway.bearer(), null);
    await().until(silent::isComplete);
    assertThat(silent.failed()).isTrue();
  }

  @Test
  void a_request_that_waits_too_long_for_a_connection_is_503() {
    AtomicInteger held = new AtomicInteger();
    gateway.service =
        request -> {
          held.incrementAndGet();
        };
    gateway.deploy(Map.of("UPSTREAM_TIMEOUT", "300s"));
    HttpClient many = client(Proxies.CONNECTIONS_PER_SERVICE + 1);
    for (int i = 0; i < Proxies.CONNECTIONS_PER_SERVICE; i++) {
      send(many, HttpMethod.GET, "/orders/1", gateway.bearer(), null);
    }
    await().until(() -> held.get() == Proxies.CONNECTIONS_PER_SERVICE);
    assertThat(status(many, HttpMethod.GET, "/orders/1", gateway.bearer(), null).await())
        .isEqualTo(503);
    assertThat(held).hasValue(Proxies.CONNECTIONS_PER_SERVICE);
  }

  @Test
  void a_stream_with_heartbeats_outlasts_the_upstream_timeout() {
    gateway.service =
        request -> {
          request.response().setChunked(true);
          int[] beats = {0};
          gateway.vertx.setPeriodic(
              500,
              id -> {
                request.response().write(++beats[0] + "\n");
                if (beats[0] == 8) {
                  gateway.vertx.cancelTimer(id);
                  request.response().end();
                }
              });
        };
    assertThat(status(client(1), HttpMethod.GET, "/mypages/1/live", gateway.bearer(), null).await())
        .isEqualTo(200);
  }

  @Test
  void a_connection_on_which_a_request_was_refused_serves_the_next_one() throws Exception {
    HttpClient one = client(1);
    assertThat(
            status(one, HttpMethod.POST, "/orders", "Bearer forged", BIG)
                .await(20, TimeUnit.SECONDS))
        .isEqualTo(401);
    assertThat(
            status(one, HttpMethod.POST, "/orders", gateway.bearer(), BIG)
                .await(20, TimeUnit.SECONDS))
        .isEqualTo(200);
    gateway.deploy(Map.of("ORDER_URL", "http://127.0.0.1:1"));
    one = client(1);
    assertThat(
            status(one, HttpMethod.POST, "/orders", gateway.bearer(), BIG)
                .await(20, TimeUnit.SECONDS))
        .isEqualTo(503);
    assertThat(
            status(one, HttpMethod.GET, "/coupons", gateway.bearer(), null)
                .await(20, TimeUnit.SECONDS))
        .isEqualTo(200);
  }

  @Test
  void a_response_that_a_service_breaks_off_is_broken_off_for_the_client() throws Exception {
    gateway.service =
        request -> {
          request.response().setChunked(true).write("half");
          gateway.vertx.setTimer(50, id -> request.connection().close());
        };
    Future<Buffer> body =
        send(client(1), HttpMethod.GET, "/orders/1", gateway.bearer(), null)
            .compose(HttpClientResponse::body);
    await().until(body::isComplete);
    assertThat(body.failed()).isTrue();
  }
}
