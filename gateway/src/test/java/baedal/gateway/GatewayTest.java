package baedal.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which service gets the requests of a path, and what the gateway answers itself. */
class GatewayTest {

  private final TestGateway gateway = new TestGateway(Map.of("UPSTREAM_TIMEOUT", "30s"));

  @BeforeEach
  void echoEverywhere() {
    for (String name : TestGateway.SERVICES) {
      gateway.stub(name, request -> echo(name, request));
    }
  }

  @AfterEach
  void stop() {
    gateway.close();
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
          JsonObject answer = gateway.call(HttpMethod.GET, path, null).bodyAsJsonObject();
          assertThat(answer.getString("service")).as(path).isEqualTo(owner);
          assertThat(answer.getString("path")).isEqualTo(path);
          assertThat(answer.getBoolean("traced")).isTrue();
        });
    JsonObject posted =
        gateway.call(HttpMethod.POST, "/orders", new JsonObject().put("a", "가")).bodyAsJsonObject();
    assertThat(posted.getString("body")).isEqualTo("{\"a\":\"가\"}");
  }

  @Test
  void upgrades_are_ignored_and_hold_no_connection_to_a_service() throws IOException {
    for (int i = 0; i < 300; i++) {
      try (Socket socket = gateway.connect()) {
        socket
            .getOutputStream()
            .write(
                "GET /stores HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
        socket.setSoTimeout(5_000);
        assertThat(socket.getInputStream().read()).isEqualTo('H');
      }
    }
    assertThat(gateway.callAnonymously(HttpMethod.GET, "/stores").statusCode()).isEqualTo(200);
  }

  @Test
  void only_stores_can_be_read_without_a_token() {
    assertThat(gateway.callAnonymously(HttpMethod.GET, "/stores").statusCode()).isEqualTo(200);
    assertThat(gateway.callAnonymously(HttpMethod.POST, "/stores").statusCode()).isEqualTo(401);
    for (String path :
        List.of("/orders", "/payments", "/coupons", "/mypages/1", "/deliveries", "/foodCookings")) {
      assertThat(gateway.callAnonymously(HttpMethod.GET, path).statusCode())
          .as(path)
          .isEqualTo(401);
    }
  }

  @Test
  void internal_paths_health_and_metrics_of_services_are_404() {
    for (String path :
        List.of(
            "/internal/orders/1/due", "/order/health/ready", "/orders/../internal/orders/1/due")) {
      assertThat(gateway.call(HttpMethod.GET, path, null).statusCode()).as(path).isEqualTo(404);
    }
  }

  @Test
  void a_request_is_503_with_retry_after_if_the_service_is_down() {
    gateway.deploy(Map.of("ORDER_URL", "http://127.0.0.1:1", "DEV_DOORS", "false"));
    HttpResponse<Buffer> unavailable = gateway.call(HttpMethod.POST, "/orders", new JsonObject());
    assertThat(unavailable.statusCode()).isEqualTo(503);
    assertThat(unavailable.getHeader("Retry-After")).isEqualTo("2");
    assertThat(unavailable.bodyAsJsonObject().getString("type"))
        .isEqualTo("/problems/order-unavailable");
    assertThat(gateway.call(HttpMethod.GET, "/mypages", null).statusCode()).isEqualTo(200);
  }

  @Test
  void an_event_stream_is_forwarded_as_it_arrives() throws Exception {
    Promise<Void> more = Promise.promise();
    gateway.stub(
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
    gateway
        .vertx
        .createHttpClient()
        .request(HttpMethod.GET, gateway.port(), TestGateway.LOOPBACK, "/mypages/1/live")
        .compose(request -> request.putHeader("Authorization", gateway.bearer()).send())
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
  void other_methods_on_payments_are_refused_by_the_payment_service() {
    for (HttpMethod method : List.of(HttpMethod.DELETE, HttpMethod.HEAD, HttpMethod.PATCH)) {
      gateway.stub(
          "payment",
          request -> request.response().setStatusCode(405).putHeader("Allow", "its own").end());
      HttpResponse<Buffer> answer = gateway.call(method, "/payments", null);
      assertThat(answer.statusCode()).isEqualTo(405);
      assertThat(answer.getHeader("Allow")).isEqualTo("its own");
    }
  }

  @Test
  void tokens_are_issued_only_with_dev_doors() {
    JsonObject request = new JsonObject().put("sub", "c-1").put("roles", List.of("customer"));
    String token =
        gateway.call(HttpMethod.POST, "/dev/tokens", request).bodyAsJsonObject().getString("token");
    assertThat(gateway.tokens.verify(token).await().sub()).isEqualTo("c-1");
    gateway.deploy(Map.of("DEV_DOORS", "false"));
    assertThat(gateway.call(HttpMethod.POST, "/dev/tokens", request).statusCode()).isEqualTo(404);
    assertThat(gateway.call(HttpMethod.PUT, "/dev/payment-provider", new JsonObject()).statusCode())
        .isEqualTo(404);
  }

  @Test
  void health_shows_each_service() {
    JsonObject health = gateway.call(HttpMethod.GET, "/health", null).bodyAsJsonObject();
    assertThat(health.getString("status")).isEqualTo("UP");
    gateway.stub("rider", request -> request.response().setStatusCode(503).end());
    HttpResponse<Buffer> down = gateway.call(HttpMethod.GET, "/health", null);
    assertThat(down.statusCode()).isEqualTo(503);
    assertThat(down.bodyAsJsonObject().getJsonObject("services").getString("rider"))
        .isEqualTo("DOWN");
  }
}
