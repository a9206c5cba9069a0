package baedal.gateway;

import static baedal.gateway.TestGateway.ORDER;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.runtime.Boot;
import baedal.runtime.Identity;
import baedal.runtime.Tokens;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The gateway over real connections, with stand-ins where the services would be. */
class GatewayTest {

  private static final String SECRET = "a secret of at least thirty-two bytes";
  private static final String LOOPBACK = "127.0.0.1";
  private final Vertx vertx = Boot.vertx();
  private final Tokens tokens = new Tokens(vertx, SECRET);
  private final WebClient client = WebClient.create(vertx);
  private final Map<String, Handler<HttpServerRequest>> services = new HashMap<>();
  private final Map<String, String> urls = new HashMap<>();
  private int port;

  @BeforeEach
  void start() {
    for (String name : List.of("order", "payment", "store", "rider", "coupon", "mypage")) {
      services.put(name, request -> echo(name, request));
      int at =
          vertx
              .createHttpServer()
              .requestHandler(request -> services.get(name).handle(request))
              .listen(0, LOOPBACK)
              .await()
              .actualPort();
      urls.put(name, "http://" + LOOPBACK + ":" + at);
    }
    port = deploy(true);
  }

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  private int deploy(boolean devDoors) {
    GatewayVerticle gateway =
        new GatewayVerticle(
            new GatewayConfig(
                LOOPBACK,
                0,
                new Identity.OneMachine(SECRET),
                devDoors,
                Map.copyOf(urls),
                Duration.ofSeconds(30),
                TestGateway.BREAKER,
                RateConfig.NONE,
                TestGateway.EDGE));
    vertx.deployVerticle(gateway).await();
    return gateway.port();
  }

  private static void hang(HttpServerRequest request) {
    if (!request.path().equals("/payments")) {
      request.response().end();
    }
  }

  private static void echo(String name, HttpServerRequest request) {
    request
        .body()
        .onSuccess(
            body ->
                request
                    .response()
                    .putHeader("Content-Type", "application/json")
                    .end(
                        new JsonObject()
                            .put("service", name)
                            .put("path", request.uri())
                            .put("traced", request.getHeader("traceparent") != null)
                            .put("body", body.toString())
                            .toBuffer()));
  }

  @Test
  void each_path_reaches_its_service_with_its_body_and_query() {
    Map<String, String> owners =
        Map.of(
            "/orders", "order",
            "/orders/1/cancel", "order",
            "/payments?orderId=1", "payment",
            "/stores?near=1,2", "store",
            "/foodCookings/1", "store",
            "/deliveries", "rider",
            "/riders/me/location", "rider",
            "/coupons", "coupon",
            "/mypages/1", "mypage",
            "/notifications", "mypage");
    owners.forEach(
        (path, owner) -> {
          JsonObject answer = call(HttpMethod.GET, path, null).bodyAsJsonObject();
          assertThat(answer.getString("service")).as(path).isEqualTo(owner);
          assertThat(answer.getString("path")).isEqualTo(path);
          assertThat(answer.getBoolean("traced")).isTrue();
        });
    JsonObject posted =
        call(HttpMethod.POST, "/orders", new JsonObject().put("a", "가")).bodyAsJsonObject();
    assertThat(posted.getString("body")).isEqualTo("{\"a\":\"가\"}");
  }

  @Test
  void upgrades_are_not_taken_and_hold_no_connection_to_a_service() throws IOException {
    for (int i = 0; i < 300; i++) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        socket
            .getOutputStream()
            .write(
                "GET /stores HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
        socket.setSoTimeout(5_000);
        assertThat(socket.getInputStream().read()).isEqualTo('H');
      }
    }
    assertThat(anonymous(HttpMethod.GET, "/stores").statusCode()).isEqualTo(200);
  }

  @Test
  void only_stores_can_be_read_without_a_token() {
    assertThat(anonymous(HttpMethod.GET, "/stores").statusCode()).isEqualTo(200);
    assertThat(anonymous(HttpMethod.POST, "/stores").statusCode()).isEqualTo(401);
    for (String path :
        List.of("/orders", "/payments", "/coupons", "/mypages/1", "/deliveries", "/foodCookings")) {
      assertThat(anonymous(HttpMethod.GET, path).statusCode()).as(path).isEqualTo(401);
    }
  }

  @Test
  void internal_doors_health_and_metrics_of_services_are_not_there() {
    for (String path :
        List.of(
            "/internal/orders/1/due", "/order/health/ready", "/orders/../internal/orders/1/due")) {
      assertThat(call(HttpMethod.GET, path, null).statusCode()).as(path).isEqualTo(404);
    }
  }

  @Test
  void the_document_tells_of_the_dev_doors_only_where_they_are_open() {
    JsonObject open = anonymous(HttpMethod.GET, "/openapi.json").bodyAsJsonObject();
    assertThat(open.getJsonObject("paths").fieldNames())
        .contains("/orders/{orderId}", "/deadLetters/{service}", "/checkouts", "/dev/tokens")
        .noneMatch(path -> path.startsWith("/internal"));
    assertThat(open.getJsonObject("components").getJsonObject("schemas").fieldNames())
        .contains("order.Order", "runtime.Problem");
    port = deploy(false);
    JsonObject closed = anonymous(HttpMethod.GET, "/openapi.json").bodyAsJsonObject();
    assertThat(closed.getJsonObject("paths").fieldNames())
        .contains("/orders")
        .noneMatch(path -> path.startsWith("/dev"));
  }

  @Test
  void the_events_are_told_with_their_schemas() {
    HttpResponse<Buffer> yaml = anonymous(HttpMethod.GET, "/asyncapi.yaml");
    assertThat(yaml.getHeader("Content-Type")).isEqualTo("application/yaml");
    assertThat(yaml.bodyAsString()).contains("order.paid:").doesNotContain("./schemas/");
    JsonObject paid =
        anonymous(HttpMethod.GET, "/asyncapi.json")
            .bodyAsJsonObject()
            .getJsonObject("components")
            .getJsonObject("messages")
            .getJsonObject("order.paid");
    assertThat(paid.getJsonObject("payload").getString("title")).isEqualTo("order.paid");
  }

  @Test
  void the_page_of_the_documents_loads_nothing_but_our_own_files() {
    HttpResponse<Buffer> page = anonymous(HttpMethod.GET, "/docs");
    assertThat(page.getHeader("Content-Security-Policy"))
        .contains("default-src 'none'", "script-src 'self'")
        .doesNotContain("unsafe");
    List<String> loaded =
        Pattern.compile("(?:src|href)=\"([^\"]+)\"")
            .matcher(page.bodyAsString())
            .results()
            .map(found -> found.group(1))
            .toList();
    assertThat(loaded).contains("/docs.js", "/docs.css");
    for (String path : loaded) {
      assertThat(anonymous(HttpMethod.GET, path).statusCode()).as(path).isEqualTo(200);
    }
    assertThat(page.bodyAsString()).doesNotContainPattern("<script>|style=|onclick=");
  }

  @Test
  void a_service_that_is_away_is_a_503_that_says_when_to_come_back() {
    urls.put("order", "http://" + LOOPBACK + ":1");
    port = deploy(false);
    HttpResponse<Buffer> away = call(HttpMethod.POST, "/orders", new JsonObject());
    assertThat(away.statusCode()).isEqualTo(503);
    assertThat(away.getHeader("Retry-After")).isEqualTo("2");
    assertThat(away.bodyAsJsonObject().getString("type")).isEqualTo("/problems/order-unavailable");
    assertThat(call(HttpMethod.GET, "/mypages", null).statusCode()).isEqualTo(200);
  }

  @Test
  void an_event_stream_passes_through_as_it_comes() throws Exception {
    Promise<Void> more = Promise.promise();
    services.put(
        "mypage",
        request -> {
          request
              .response()
              .setChunked(true)
              .putHeader("Content-Type", "text/event-stream")
              .write("data: 1\n\n");
          more.future().onSuccess(v -> request.response().end("data: 2\n\n"));
        });
    Promise<String> first = Promise.promise();
    Promise<Void> end = Promise.promise();
    vertx
        .createHttpClient()
        .request(HttpMethod.GET, port, LOOPBACK, "/mypages/1/live")
        .compose(request -> request.putHeader("Authorization", "Bearer " + token()).send())
        .onSuccess(
            response -> {
              response.handler(chunk -> first.tryComplete(chunk.toString()));
              response.endHandler(end::complete);
            });
    assertThat(first.future().await(5, TimeUnit.SECONDS)).contains("data: 1");
    more.complete();
    end.future().await(5, TimeUnit.SECONDS);
  }

  @Test
  void a_checkout_is_paid_declined_or_kept_for_later() {
    services.put(
        "order", request -> request.response().setStatusCode(201).end("{\"orderId\":\"o-1\"}"));
    JsonObject checkout =
        new JsonObject()
            .put("order", ORDER)
            .put("payment", new JsonObject().put("method", "KAKAO_PAY"));

    services.put(
        "payment", request -> request.response().setStatusCode(201).end("{\"status\":\"PAID\"}"));
    HttpResponse<Buffer> paid = call(HttpMethod.POST, "/checkouts", checkout);
    assertThat(paid.statusCode()).isEqualTo(201);
    assertThat(paid.bodyAsJsonObject().getJsonObject("payment").getString("status"))
        .isEqualTo("PAID");
    assertThat(paid.getHeader("Location")).isEqualTo("/orders/o-1");

    services.put(
        "payment", request -> request.response().setStatusCode(402).end("{\"status\":402}"));
    HttpResponse<Buffer> declined = call(HttpMethod.POST, "/checkouts", checkout);
    assertThat(declined.statusCode()).isEqualTo(402);
    assertThat(declined.bodyAsJsonObject().getJsonObject("order").getString("orderId"))
        .isEqualTo("o-1");

    services.put("payment", GatewayTest::hang);
    HttpResponse<Buffer> later = call(HttpMethod.POST, "/checkouts", checkout);
    assertThat(later.statusCode()).isEqualTo(202);
    assertThat(later.bodyAsJsonObject().getJsonObject("payment").getString("status"))
        .isEqualTo("RETRY_LATER");
    assertThat(later.getHeader("Retry-After")).isNotNull();
  }

  @Test
  void a_checkout_is_answered_whatever_payment_says() {
    services.put("order", answer(201, "{\"orderId\":\"o-1\"}"));
    for (int status : List.of(201, 404, 409)) {
      for (String body : List.of("", "<html>", "[]")) {
        services.put("payment", answer(status, body));
        HttpResponse<Buffer> later = checkout("k-" + status + body.length());
        assertThat(later.statusCode()).as(status + body).isEqualTo(202);
        assertThat(later.bodyAsJsonObject().getJsonObject("order").getString("orderId"))
            .isEqualTo("o-1");
        assertThat(later.getHeader("Retry-After")).isNotNull();
      }
    }
  }

  @Test
  void a_checkout_repeated_after_whatever_happened_asks_the_same_under_the_same_key() {
    List<String> asked = new CopyOnWriteArrayList<>();
    Map<String, Handler<HttpServerRequest>> answers = new ConcurrentHashMap<>();
    for (String name : List.of("order", "payment")) {
      services.put(
          name,
          request ->
              request
                  .body()
                  .onSuccess(
                      body -> {
                        asked.add(name + " " + request.getHeader("Idempotency-Key") + " " + body);
                        answers.get(name).handle(request);
                      }));
    }
    Handler<HttpServerRequest> gone = request -> request.connection().close();
    Handler<HttpServerRequest> placed = answer(201, "{\"orderId\":\"o-1\"}");
    List<Integer> statuses = new ArrayList<>();
    for (List<Handler<HttpServerRequest>> world :
        List.of(
            List.of(gone, gone),
            List.of(placed, gone),
            List.of(placed, answer(503, "{}")),
            List.of(placed, answer(402, "{}")),
            List.of(placed, answer(422, "{}")),
            List.of(placed, answer(201, "{\"status\":\"PAID\"}")))) {
      answers.put("order", world.get(0));
      answers.put("payment", world.get(1));
      statuses.add(checkout("k-1").statusCode());
    }
    assertThat(statuses).containsExactly(503, 202, 202, 402, 422, 201);
    assertThat(asked).hasSize(11);
    assertThat(asked.stream().distinct())
        .containsExactlyInAnyOrder(
            "order k-1 " + ORDER, "payment k-1 {\"method\":\"KAKAO_PAY\",\"orderId\":\"o-1\"}");
    for (String wrong : List.of("", "k".repeat(101), "two words")) {
      assertThat(checkout(wrong).statusCode()).as(wrong).isEqualTo(400);
    }
    assertThat(asked).hasSize(11);
  }

  @Test
  void a_checkout_whose_order_cannot_be_paid_any_more_shows_it_as_it_is() {
    services.put(
        "order",
        request ->
            answer(
                    request.method().equals(HttpMethod.POST) ? 201 : 200,
                    request.method().equals(HttpMethod.POST)
                        ? "{\"orderId\":\"o-1\",\"status\":\"PLACED\"}"
                        : "{\"orderId\":\"o-1\",\"status\":\"CANCELED\"}")
                .handle(request));
    services.put("payment", answer(409, "{\"type\":\"/problems/order-state\"}"));
    HttpResponse<Buffer> late = checkout("k-1");
    assertThat(late.statusCode()).isEqualTo(409);
    assertThat(late.bodyAsJsonObject().getString("type")).isEqualTo("/problems/order-state");
    assertThat(late.bodyAsJsonObject().getJsonObject("order").getString("status"))
        .isEqualTo("CANCELED");
  }

  @Test
  void each_half_of_a_checkout_says_what_is_wrong_with_it_in_its_place() {
    String fault =
        "{\"instance\":\"/inner\",\"errors\":[{\"pointer\":\"/x\",\"detail\":\"is not there\"}]}";
    services.put("order", answer(400, fault));
    HttpResponse<Buffer> notPlaced = checkout("k-1");
    assertThat(notPlaced.statusCode()).isEqualTo(400);
    assertThat(pointers(notPlaced)).containsExactly("/order/x");
    assertThat(notPlaced.bodyAsJsonObject().getString("instance")).isEqualTo("/checkouts");
    services.put("order", answer(201, "{\"orderId\":\"o-1\"}"));
    services.put("payment", answer(400, fault));
    HttpResponse<Buffer> notPaid = checkout("k-2");
    assertThat(notPaid.statusCode()).isEqualTo(400);
    assertThat(pointers(notPaid)).containsExactly("/payment/x");
    assertThat(notPaid.bodyAsJsonObject().getJsonObject("order").getString("orderId"))
        .isEqualTo("o-1");
  }

  @Test
  void a_checkout_is_a_503_when_order_says_what_nobody_understands() {
    for (int status : List.of(201, 400, 409)) {
      for (String body : List.of("", "<html>", "[]")) {
        services.put("order", answer(status, body));
        HttpResponse<Buffer> away = checkout("k-1");
        assertThat(away.statusCode()).as(status + body).isEqualTo(503);
        assertThat(away.getHeader("Retry-After")).isEqualTo("2");
      }
    }
  }

  @Test
  void a_checkout_is_a_503_when_the_answer_of_order_begins_and_never_ends() {
    services.put(
        "order",
        endless -> {
          endless.response().setStatusCode(201).setChunked(true);
          vertx.setPeriodic(500, timer -> endless.response().write(" "));
        });
    HttpResponse<Buffer> away = checkout("k-1");
    assertThat(away.statusCode()).isEqualTo(503);
    assertThat(away.getHeader("Retry-After")).isEqualTo("2");
    assertThat(away.bodyAsJsonObject().getString("type")).isEqualTo("/problems/order-unavailable");
  }

  @Test
  void a_visitor_is_told_to_pay_now_before_anything_is_ordered() {
    services.put(
        "order",
        request -> {
          throw new AssertionError("ordered");
        });
    JsonObject atTheDoor =
        new JsonObject()
            .put("order", ORDER)
            .put("payment", new JsonObject().put("method", "ON_DELIVERY"));
    HttpResponse<Buffer> wrong = call(HttpMethod.POST, "/checkouts", atTheDoor);
    assertThat(wrong.statusCode()).isEqualTo(400);
    assertThat(pointers(wrong)).containsExactly("/payment/method");
  }

  private static List<String> pointers(HttpResponse<Buffer> problem) {
    return problem.bodyAsJsonObject().getJsonArray("errors").stream()
        .map(error -> ((JsonObject) error).getString("pointer"))
        .toList();
  }

  private static Handler<HttpServerRequest> answer(int status, String body) {
    return request -> request.response().setStatusCode(status).end(body);
  }

  private HttpResponse<Buffer> checkout(String key) {
    JsonObject checkout =
        new JsonObject()
            .put("order", ORDER)
            .put("payment", new JsonObject().put("method", "KAKAO_PAY"));
    return client
        .post(port, LOOPBACK, "/checkouts")
        .bearerTokenAuthentication(token())
        .putHeader("Idempotency-Key", key)
        .sendJsonObject(checkout)
        .await();
  }

  @Test
  void what_payment_does_not_take_it_refuses_itself() {
    for (HttpMethod method : List.of(HttpMethod.DELETE, HttpMethod.HEAD, HttpMethod.PATCH)) {
      services.put(
          "payment",
          request -> request.response().setStatusCode(405).putHeader("Allow", "its own").end());
      HttpResponse<Buffer> answer = call(method, "/payments", null);
      assertThat(answer.statusCode()).isEqualTo(405);
      assertThat(answer.getHeader("Allow")).isEqualTo("its own");
    }
  }

  @Test
  void a_checkout_that_does_not_fit_places_no_order() {
    HttpResponse<Buffer> wrong =
        call(
            HttpMethod.POST,
            "/checkouts",
            new JsonObject()
                .put(
                    "order",
                    ORDER.copy().put("fulfilment", "DELIVERY").put("lines", new JsonArray()))
                .put("payment", new JsonObject().put("method", "GOLD")));
    assertThat(wrong.statusCode()).isEqualTo(400);
    assertThat(pointers(wrong))
        .containsExactlyInAnyOrder("/order/lines", "/order/address", "/payment/method");
    JsonObject cardless =
        new JsonObject().put("order", ORDER).put("payment", new JsonObject().put("method", "CARD"));
    assertThat(call(HttpMethod.POST, "/checkouts", cardless).bodyAsString())
        .contains("/payment/card");
  }

  @Test
  void tokens_are_issued_only_where_the_dev_doors_stand_open() {
    JsonObject asked = new JsonObject().put("sub", "c-1").put("roles", List.of("customer"));
    String token =
        call(HttpMethod.POST, "/dev/tokens", asked).bodyAsJsonObject().getString("token");
    assertThat(tokens.verify(token).await().sub()).isEqualTo("c-1");
    port = deploy(false);
    assertThat(call(HttpMethod.POST, "/dev/tokens", asked).statusCode()).isEqualTo(404);
    assertThat(call(HttpMethod.PUT, "/dev/payment-provider", new JsonObject()).statusCode())
        .isEqualTo(404);
  }

  @Test
  void health_tells_of_each_service() {
    JsonObject health = call(HttpMethod.GET, "/health", null).bodyAsJsonObject();
    assertThat(health.getString("status")).isEqualTo("UP");
    services.put("rider", request -> request.response().setStatusCode(503).end());
    HttpResponse<Buffer> down = call(HttpMethod.GET, "/health", null);
    assertThat(down.statusCode()).isEqualTo(503);
    assertThat(down.bodyAsJsonObject().getJsonObject("services").getString("rider"))
        .isEqualTo("DOWN");
  }

  private String token() {
    return tokens.issue("c-1", List.of("customer"), List.of());
  }

  private HttpResponse<Buffer> call(HttpMethod method, String path, JsonObject body) {
    var request = client.request(method, port, LOOPBACK, path).bearerTokenAuthentication(token());
    return body == null
        ? request.timeout(20_000).send().await()
        : request.timeout(20_000).sendJsonObject(body).await();
  }

  private HttpResponse<Buffer> anonymous(HttpMethod method, String path) {
    return client.request(method, port, LOOPBACK, path).send().await();
  }
}
