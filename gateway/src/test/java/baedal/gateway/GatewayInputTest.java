package baedal.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which input the gateway refuses or normalizes, for itself and for the services. */
class GatewayInputTest {

  /** One syllable in normalization forms C and D, percent-encoded. */
  private static final String NFC = "%ED%86%B5";

  private static final String NFD = "%E1%84%90%E1%85%A9%E1%86%BC";

  private final TestGateway gateway = new TestGateway(Map.of());
  private WebClient client;

  @BeforeEach
  void start() {
    client = WebClient.create(gateway.vertx);
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  @Test
  void each_part_of_a_checkout_accepts_only_its_own_fields() {
    JsonObject checkout =
        new JsonObject()
            .put(
                "order",
                TestGateway.ORDER.copy().put("couponId", "k").put("address", new JsonObject()))
            .put(
                "payment",
                new JsonObject()
                    .put("method", "KAKAO_PAY")
                    .put("card", "4242424242424242")
                    .put("orderId", "o"))
            .put("tip", 1);
    assertThat(pointers(send(HttpMethod.POST, "/checkouts", checkout.toBuffer())))
        .contains("/tip", "/order/couponId", "/order/address", "/payment/card", "/payment/orderId");
  }

  @Test
  void a_checkout_without_a_body_is_refused_with_all_required_fields() {
    assertThat(pointers(send(HttpMethod.POST, "/checkouts", null)))
        .containsExactlyInAnyOrder(
            "",
            "/order",
            "/order/storeId",
            "/order/lines",
            "/order/fulfilment",
            "/payment",
            "/payment/method");
  }

  @Test
  void an_unknown_query_parameter_is_refused_by_the_gateway_itself() {
    assertThat(pointers(send(HttpMethod.GET, "/health?verbose=1", null)))
        .containsExactly("/verbose");
  }

  @Test
  void a_compressed_body_is_refused_for_every_service() {
    for (String path : List.of("/checkouts", "/payments", "/orders", "/stores/s-1/menus/m")) {
      HttpResponse<Buffer> answer =
          request(HttpMethod.POST, path)
              .putHeader("Content-Encoding", "gzip")
              .putHeader("Content-Type", "application/json")
              .sendBuffer(Buffer.buffer("{}"))
              .await();
      assertThat(answer.statusCode()).as(path).isEqualTo(415);
      assertThat(answer.getHeader("Accept-Encoding")).isEqualTo("identity");
    }
  }

  @Test
  void path_and_query_are_forwarded_in_normalization_form_c() {
    AtomicReference<String> target = new AtomicReference<>();
    gateway.service =
        request -> {
          target.set(request.uri());
          request.response().end("fine");
        };
    assertThat(send(HttpMethod.GET, "/stores?limit=1&q=a%20" + NFD, null).statusCode())
        .isEqualTo(200);
    assertThat(target.get()).isEqualTo("/stores?limit=1&q=a%20" + NFC);
    assertThat(send(HttpMethod.GET, "/stores/s/menus/" + NFD, null).statusCode()).isEqualTo(200);
    assertThat(target.get()).isEqualTo("/stores/s/menus/" + NFC);
    assertThat(send(HttpMethod.GET, "/stores?q=" + NFC + "%26a+b", null).statusCode())
        .isEqualTo(200);
    assertThat(target.get()).isEqualTo("/stores?q=" + NFC + "%26a+b");
  }

  @Test
  void a_path_or_query_that_is_not_utf_8_reaches_no_service() {
    gateway.service = request -> request.response().setStatusCode(500).end();
    assertThat(pointers(send(HttpMethod.GET, "/stores?q=%ED%A0%80", null))).containsExactly("/q");
    assertThat(pointers(send(HttpMethod.GET, "/stores/%ED%A0%80", null))).containsExactly("");
  }

  private HttpRequest<Buffer> request(HttpMethod method, String target) {
    return client
        .request(method, gateway.port(), TestGateway.LOOPBACK, target)
        .putHeader(HttpHeaders.AUTHORIZATION.toString(), gateway.bearer());
  }

  private HttpResponse<Buffer> send(HttpMethod method, String target, Buffer json) {
    HttpRequest<Buffer> request = request(method, target);
    return json == null
        ? request.send().await()
        : request.putHeader("Content-Type", "application/json").sendBuffer(json).await();
  }

  private static List<String> pointers(HttpResponse<Buffer> refused) {
    assertThat(refused.statusCode()).as(refused.bodyAsString()).isEqualTo(400);
    JsonArray errors = refused.bodyAsJsonObject().getJsonArray("errors");
    return errors.stream().map(error -> ((JsonObject) error).getString("pointer")).toList();
  }
}
