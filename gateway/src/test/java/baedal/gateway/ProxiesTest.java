package baedal.gateway;

import static baedal.testkit.Eventually.await;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.runtime.Boot;
import baedal.runtime.Identity;
import baedal.runtime.Tokens;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.ext.web.Router;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What passes through the gateway, byte by byte, with stand-ins that misbehave. */
class ProxiesTest {

  private static final String SECRET = "a secret of at least thirty-two bytes";
  private static final String LOOPBACK = "127.0.0.1";
  private static final String BIG = "x".repeat(60_000);

  private final Vertx vertx = Boot.vertx();
  private final Tokens tokens = new Tokens(vertx, SECRET);
  private final Map<String, String> urls = new HashMap<>();
  private volatile Handler<HttpServerRequest> service = request -> request.response().end("fine");
  private int port;

  @BeforeEach
  void start() throws Exception {
    int at =
        vertx
            .createHttpServer()
            .requestHandler(request -> service.handle(request))
            .listen(0, LOOPBACK)
            .await()
            .actualPort();
    for (String name : List.of("order", "payment", "store", "rider", "coupon", "mypage")) {
      urls.put(name, "http://" + LOOPBACK + ":" + at);
    }
    port = deploy();
  }

  private int deploy() {
    return deploy(Duration.ofSeconds(2));
  }

  private int deploy(Duration upstreamTimeout) {
    GatewayVerticle gateway =
        new GatewayVerticle(
            new GatewayConfig(
                LOOPBACK,
                0,
                new Identity.OneMachine(SECRET),
                false,
                Map.copyOf(urls),
                upstreamTimeout,
                TestGateway.BREAKER,
                RateConfig.NONE,
                TestGateway.EDGE));
    vertx.deployVerticle(gateway).await();
    return gateway.port();
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().await();
  }

  /** A service that streams, and counts who listens. */
  private AtomicInteger streaming() {
    AtomicInteger listeners = new AtomicInteger();
    service =
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
    return vertx.createHttpClient(new PoolOptions().setHttp1MaxSize(connections));
  }

  private Future<HttpClientResponse> send(
      HttpClient client, HttpMethod method, String path, String token, String body) {
    return client
        .request(method, port, LOOPBACK, path)
        .compose(
            request -> {
              request.putHeader("Authorization", "Bearer " + token);
              return body == null ? request.send() : request.send(body);
            });
  }

  private Future<Integer> status(
      HttpClient client, HttpMethod method, String path, String token, String body) {
    return send(client, method, path, token, body)
        .compose(response -> response.body().map(b -> response.statusCode()));
  }

  @Test
  void who_leaves_a_stream_leaves_nothing_behind() throws Exception {
    AtomicInteger listeners = streaming();
    HttpClientResponse stream =
        send(client(1), HttpMethod.GET, "/mypages/1/live", token(), null).await();
    await().until(() -> listeners.get() == 1);
    stream.request().connection().close();
    await().until(() -> listeners.get() == 0);
  }

  @Test
  void many_streams_keep_nobody_from_asking() throws Exception {
    AtomicInteger listeners = streaming();
    HttpClient many = client(1_000);
    for (int i = 0; i < 400; i++) {
      send(many, HttpMethod.GET, "/mypages/1/live", token("c-" + i), null);
    }
    await().until(() -> listeners.get() == 400);
    assertThat(
            status(client(1), HttpMethod.GET, "/mypages", token(), null)
                .await(20, TimeUnit.SECONDS))
        .isEqualTo(200);
  }

  @Test
  void a_service_that_says_nothing_is_a_503_and_one_that_falls_silent_breaks_off()
      throws Exception {
    service = request -> {};
    assertThat(
            status(client(1), HttpMethod.GET, "/orders/1", token(), null)
                .await(20, TimeUnit.SECONDS))
        .isEqualTo(503);
    service = request -> request.response().setChunked(true).write("half");
    Future<Integer> silent = status(client(1), HttpMethod.GET, "/orders/1", token(), null);
    await().until(silent::isComplete);
    assertThat(silent.failed()).isTrue();
  }

  @Test
  void a_service_that_closes_the_connection_while_a_body_is_sent_is_a_503() throws Exception {
    AtomicInteger closed = new AtomicInteger();
    service = request -> request.connection().close().onComplete(done -> closed.incrementAndGet());
    for (int i = 1; i <= 20; i++) {
      int round = i;
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        socket.setSoTimeout(10_000);
        OutputStream out = socket.getOutputStream();
        String head =
            "POST /orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                + token()
                + "\r\nContent-Length: "
                + BIG.length()
                + "\r\n\r\n";
        out.write(head.getBytes(US_ASCII));
        out.write(BIG.substring(1).getBytes(US_ASCII));
        await().until(() -> closed.get() >= round);
        out.write('x');
        String answer =
            new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII)).readLine();
        assertThat(answer).contains(" 503 ");
      }
    }
  }

  @Test
  void who_waits_too_long_for_a_connection_to_a_busy_service_hears_to_come_again() {
    AtomicInteger held = new AtomicInteger();
    service =
        request -> {
          held.incrementAndGet();
        };
    port = deploy(Duration.ofMinutes(5));
    HttpClient many = client(Proxies.CONNECTIONS_A_SERVICE + 1);
    for (int i = 0; i < Proxies.CONNECTIONS_A_SERVICE; i++) {
      send(many, HttpMethod.GET, "/orders/1", token(), null);
    }
    await().until(() -> held.get() == Proxies.CONNECTIONS_A_SERVICE);
    assertThat(status(many, HttpMethod.GET, "/orders/1", token(), null).await()).isEqualTo(503);
    assertThat(held).hasValue(Proxies.CONNECTIONS_A_SERVICE);
  }

  @Test
  void a_stream_with_a_beat_goes_on_for_longer_than_a_service_may_be_silent() {
    service =
        request -> {
          request.response().setChunked(true);
          int[] beats = {0};
          vertx.setPeriodic(
              500,
              id -> {
                request.response().write(++beats[0] + "\n");
                if (beats[0] == 8) {
                  vertx.cancelTimer(id);
                  request.response().end();
                }
              });
        };
    assertThat(status(client(1), HttpMethod.GET, "/mypages/1/live", token(), null).await())
        .isEqualTo(200);
  }

  @Test
  void a_connection_on_which_a_request_was_refused_serves_the_next_one() throws Exception {
    HttpClient one = client(1);
    assertThat(status(one, HttpMethod.POST, "/orders", "forged", BIG).await(20, TimeUnit.SECONDS))
        .isEqualTo(401);
    assertThat(status(one, HttpMethod.POST, "/orders", token(), BIG).await(20, TimeUnit.SECONDS))
        .isEqualTo(200);
    urls.put("order", "http://" + LOOPBACK + ":1");
    port = deploy();
    one = client(1);
    assertThat(status(one, HttpMethod.POST, "/orders", token(), BIG).await(20, TimeUnit.SECONDS))
        .isEqualTo(503);
    assertThat(status(one, HttpMethod.GET, "/coupons", token(), null).await(20, TimeUnit.SECONDS))
        .isEqualTo(200);
  }

  @Test
  void an_answer_that_breaks_off_breaks_off() throws Exception {
    service =
        request -> {
          request.response().setChunked(true).write("half");
          vertx.setTimer(50, id -> request.connection().close());
        };
    Future<Buffer> body =
        send(client(1), HttpMethod.GET, "/orders/1", token(), null)
            .compose(HttpClientResponse::body);
    await().until(body::isComplete);
    assertThat(body.failed()).isTrue();
  }

  @Test
  void no_way_of_writing_a_path_leads_to_an_internal_door() throws Exception {
    List<String> inside = new CopyOnWriteArrayList<>();
    Router router = Router.router(vertx);
    router.route("/internal/*").handler(ctx -> inside.add(ctx.request().uri()));
    router.route("/health/*").handler(ctx -> inside.add(ctx.request().uri()));
    router.route("/metrics").handler(ctx -> inside.add(ctx.request().uri()));
    service = router;
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
      String answer = raw("GET " + path + " HTTP/1.1", "HTTP/1.1 ");
      assertThat(answer).as(path).containsPattern("HTTP/1.1 4\\d\\d");
    }
    assertThat(inside).isEmpty();
  }

  @Test
  void headers_that_are_for_one_hop_go_no_further() throws Exception {
    Map<String, String> heard = new HashMap<>();
    service =
        request -> {
          request
              .headers()
              .forEach(
                  header -> heard.put(header.getKey().toLowerCase(Locale.ROOT), header.getValue()));
          request
              .response()
              .putHeader("Connection", "close")
              .putHeader("Keep-Alive", "9")
              .end("fine");
        };
    String answer =
        raw(
            "GET /orders/1 HTTP/1.1",
            "fine",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "TE: trailers");
    assertThat(answer).startsWith("HTTP/1.1 200").endsWith("fine");
    assertThat(answer.toLowerCase(Locale.ROOT))
        .doesNotContain("connection: close")
        .doesNotContain("keep-alive");
    assertThat(heard).doesNotContainKeys("upgrade", "te").containsKey("authorization");
  }

  @Test
  void an_answer_without_a_body_has_none() throws Exception {
    service = request -> request.response().setStatusCode(204).end();
    String answer = raw("PUT /riders/me/location HTTP/1.1", "\r\n\r\n", "Content-Length: 0");
    assertThat(answer).startsWith("HTTP/1.1 204");
    assertThat(answer.toLowerCase(Locale.ROOT)).doesNotContain("transfer-encoding");
  }

  @Test
  void who_waits_to_be_told_to_go_on_is_told() throws Exception {
    service = request -> request.body().onSuccess(body -> request.response().end("got " + body));
    Buffer received = Buffer.buffer();
    NetSocket socket = connect(received);
    socket.write(head("POST /orders HTTP/1.1", "Expect: 100-continue", "Content-Length: 4"));
    await().until(() -> text(received).contains("HTTP/1.1 100"));
    socket.write("body");
    await().until(() -> text(received).endsWith("got body"));
  }

  @Test
  void who_sends_too_much_or_has_no_token_is_refused_before_the_body() throws Exception {
    String expect = "Expect: 100-continue";
    String tooLarge = raw("POST /orders HTTP/1.1", "}", expect, "Content-Length: 70000");
    assertThat(tooLarge).startsWith("HTTP/1.1 413").doesNotContain("100 Continue");
    String odd = raw("POST /orders HTTP/1.1", "}", "Expect: x", "Content-Length: 4");
    assertThat(odd).startsWith("HTTP/1.1 417");
    Buffer received = Buffer.buffer();
    NetSocket socket = connect(received);
    Future<Void> closed = Future.future(end -> socket.closeHandler(end::complete));
    socket.write("POST /orders HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n" + expect + "\r\n\r\n");
    await().until(closed::isComplete);
    assertThat(text(received)).startsWith("HTTP/1.1 401").doesNotContain("100 Continue");
  }

  @Test
  void one_trace_goes_through() throws Exception {
    List<String> traces = new CopyOnWriteArrayList<>();
    service =
        request -> {
          traces.addAll(request.headers().getAll("traceparent"));
          request.response().end("fine");
        };
    String trace = "0af7651916cd43dd8448eb211c80319c";
    raw("GET /orders/1 HTTP/1.1", "fine", "traceparent: 00-" + trace + "-b7ad6b7169203331-01");
    assertThat(traces).hasSize(1).allMatch(header -> header.contains(trace));
  }

  private NetSocket connect(Buffer received) {
    NetSocket socket = vertx.createNetClient().connect(port, LOOPBACK).await();
    socket.handler(
        bytes -> {
          synchronized (received) {
            received.appendBuffer(bytes);
          }
        });
    return socket;
  }

  private static String text(Buffer received) {
    synchronized (received) {
      return received.toString();
    }
  }

  private String head(String requestLine, String... headers) {
    return requestLine
        + "\r\nHost: gateway\r\nAuthorization: Bearer "
        + token()
        + "\r\n"
        + String.join("", Stream.of(headers).map(header -> header + "\r\n").toList())
        + "\r\n";
  }

  /** What comes back for a request written by hand, as soon as it holds {@code until}. */
  private String raw(String requestLine, String until, String... headers) {
    Buffer received = Buffer.buffer();
    NetSocket socket = connect(received);
    socket.write(head(requestLine, headers));
    await().until(() -> text(received).contains(until));
    socket.close();
    return text(received);
  }

  private String token() {
    return token("c-1");
  }

  private String token(String subject) {
    return tokens.issue(subject, List.of("customer"), List.of());
  }
}
