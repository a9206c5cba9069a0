package baedal.gateway;

import static baedal.gateway.TestGateway.ORDER;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A checkout for each way in which the order service and the payment service can answer. */
class CheckoutTest {

  private final TestGateway gateway =
      new TestGateway(
          Map.of(
              "PAYMENT_TIMEOUT", "2s",
              "PAYMENT_BREAKER_FAILURES", "3",
              "PAYMENT_BREAKER_WINDOW", "10s",
              "PAYMENT_BREAKER_RESET", "3s"));

  @AfterEach
  void stop() {
    gateway.close();
  }

  private static void hang(HttpServerRequest request) {
    if (!request.path().equals("/payments")) {
      request.response().end();
    }
  }

  private static Handler<HttpServerRequest> answer(int status, String body) {
    return request -> request.response().setStatusCode(status).end(body);
  }

  @Test
  void a_paid_checkout_is_a_201_with_the_location_of_the_order() {
    gateway.stub("payment", answer(201, "{\"status\":\"PAID\"}"));
    HttpResponse<Buffer> paid = checkOutWithKakaoPay();
    assertThat(paid.statusCode()).isEqualTo(201);
    assertThat(paid.bodyAsJsonObject().getJsonObject("payment").getString("status"))
        .isEqualTo("PAID");
    assertThat(paid.getHeader("Location")).isEqualTo("/orders/o-1");
  }

  @Test
  void a_checkout_with_a_declined_payment_is_a_402_with_the_order() {
    gateway.stub("payment", answer(402, "{\"status\":402}"));
    HttpResponse<Buffer> declined = checkOutWithKakaoPay();
    assertThat(declined.statusCode()).isEqualTo(402);
    assertThat(declined.bodyAsJsonObject().getJsonObject("order").getString("orderId"))
        .isEqualTo("o-1");
  }

  @Test
  void a_checkout_is_a_202_with_retry_after_if_the_payment_hangs() {
    gateway.stub("payment", CheckoutTest::hang);
    HttpResponse<Buffer> later = checkOutWithKakaoPay();
    assertThat(later.statusCode()).isEqualTo(202);
    assertThat(later.bodyAsJsonObject().getJsonObject("payment").getString("status"))
        .isEqualTo("RETRY_LATER");
    assertThat(later.getHeader("Retry-After")).isNotNull();
  }

  private HttpResponse<Buffer> checkOutWithKakaoPay() {
    gateway.stub("order", answer(201, "{\"orderId\":\"o-1\"}"));
    JsonObject checkout =
        new JsonObject()
            .put("order", ORDER)
            .put("payment", new JsonObject().put("method", "KAKAO_PAY"));
    return gateway.call(HttpMethod.POST, "/checkouts", checkout);
  }

  @Test
  void a_checkout_is_202_if_the_response_of_payment_is_no_json_object() {
    gateway.stub("order", answer(201, "{\"orderId\":\"o-1\"}"));
    for (int status : List.of(201, 404, 409)) {
      for (String body : List.of("", "<html>", "[]")) {
        gateway.stub("payment", answer(status, body));
        HttpResponse<Buffer> later = gateway.checkOut("k-" + status + body.length());
        assertThat(later.statusCode()).as(status + body).isEqualTo(202);
        assertThat(later.bodyAsJsonObject().getJsonObject("order").getString("orderId"))
            .isEqualTo("o-1");
        assertThat(later.getHeader("Retry-After")).isNotNull();
      }
    }
  }

  @Test
  void the_signed_amount_due_of_the_order_goes_to_payment_and_not_to_the_client() {
    List<String> received = new CopyOnWriteArrayList<>();
    gateway.stub(
        "order",
        request ->
            request
                .response()
                .setStatusCode(201)
                .putHeader("Order-Due", "signed")
                .end("{\"orderId\":\"o-1\"}"));
    gateway.stub(
        "payment",
        request -> {
          received.add(String.valueOf(request.getHeader("Order-Due")));
          request.response().setStatusCode(201).end("{}");
        });
    HttpResponse<Buffer> paid = gateway.checkOut("k-1");
    assertThat(paid.statusCode()).isEqualTo(201);
    assertThat(paid.getHeader("Order-Due")).isNull();
    HttpResponse<Buffer> placed = gateway.call(HttpMethod.POST, "/orders", ORDER);
    assertThat(placed.statusCode()).isEqualTo(201);
    assertThat(placed.getHeader("Order-Due")).isNull();
    assertThat(received).containsExactly("signed");
  }

  @Test
  void a_client_cannot_send_an_amount_due() {
    List<String> received = new CopyOnWriteArrayList<>();
    gateway.service =
        request -> {
          received.add(request.path() + " " + request.getHeader("Order-Due"));
          request.response().setStatusCode(201).end("{\"orderId\":\"o-1\"}");
        };
    String payment = "{\"orderId\":\"o-1\",\"method\":\"KAKAO_PAY\"}";
    String checkout = "{\"order\":" + ORDER + ",\"payment\":{\"method\":\"KAKAO_PAY\"}}";
    for (String[] request :
        new String[][] {
          {"/payments", payment}, {"/checkouts", checkout}, {"/orders", ORDER.encode()}
        }) {
      String head =
          "POST %s HTTP/1.1\r\nHost: gateway\r\nAuthorization: %s\r\nOrder-Due: mine\r\n"
              .formatted(request[0], gateway.bearer());
      String rest =
          "Content-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
              .formatted(request[1].length(), request[1]);
      assertThat(gateway.raw(head + rest)).startsWith("HTTP/1.1 201");
    }
    assertThat(received)
        .containsExactly("/payments null", "/orders null", "/payments null", "/orders null");
  }

  @Test
  void a_repeated_checkout_sends_the_same_requests_under_the_same_key() {
    List<String> received = new CopyOnWriteArrayList<>();
    Map<String, Handler<HttpServerRequest>> answers = new ConcurrentHashMap<>();
    for (String name : List.of("order", "payment")) {
      gateway.stub(
          name,
          request ->
              request
                  .body()
                  .onSuccess(
                      body -> {
                        received.add(
                            name + " " + request.getHeader("Idempotency-Key") + " " + body);
                        answers.get(name).handle(request);
                      }));
    }
    Handler<HttpServerRequest> down = request -> request.connection().close();
    Handler<HttpServerRequest> placed = answer(201, "{\"orderId\":\"o-1\"}");
    List<Integer> statuses = new ArrayList<>();
    for (List<Handler<HttpServerRequest>> services :
        List.of(
            List.of(down, down),
            List.of(placed, down),
            List.of(placed, answer(503, "{}")),
            List.of(placed, answer(402, "{}")),
            List.of(placed, answer(422, "{}")),
            List.of(placed, answer(201, "{\"status\":\"PAID\"}")))) {
      answers.put("order", services.get(0));
      answers.put("payment", services.get(1));
      statuses.add(gateway.checkOut("k-1").statusCode());
    }
    assertThat(statuses).containsExactly(503, 202, 202, 402, 422, 201);
    assertThat(received).hasSize(11);
    assertThat(received.stream().distinct())
        .containsExactlyInAnyOrder(
            "order k-1 " + ORDER, "payment k-1 {\"method\":\"KAKAO_PAY\",\"orderId\":\"o-1\"}");
    for (String wrong : List.of("", "k".repeat(101), "two words")) {
      assertThat(gateway.checkOut(wrong).statusCode()).as(wrong).isEqualTo(400);
    }
    assertThat(received).hasSize(11);
  }

  @Test
  void a_checkout_that_can_no_longer_be_paid_contains_the_order_as_it_is_now() {
    gateway.stub(
        "order",
        request ->
            answer(
                    request.method().equals(HttpMethod.POST) ? 201 : 200,
                    request.method().equals(HttpMethod.POST)
                        ? "{\"orderId\":\"o-1\",\"status\":\"PLACED\"}"
                        : "{\"orderId\":\"o-1\",\"status\":\"CANCELED\"}")
                .handle(request));
    gateway.stub("payment", answer(409, "{\"type\":\"/problems/order-state\"}"));
    HttpResponse<Buffer> late = gateway.checkOut("k-1");
    assertThat(late.statusCode()).isEqualTo(409);
    assertThat(late.bodyAsJsonObject().getString("type")).isEqualTo("/problems/order-state");
    assertThat(late.bodyAsJsonObject().getJsonObject("order").getString("status"))
        .isEqualTo("CANCELED");
  }

  @Test
  void a_fault_of_a_checkout_points_into_the_part_that_has_it() {
    String fault =
        "{\"instance\":\"/inner\",\"errors\":[{\"pointer\":\"/x\",\"detail\":\"is not there\"}]}";
    gateway.stub("order", answer(400, fault));
    HttpResponse<Buffer> notPlaced = gateway.checkOut("k-1");
    assertThat(notPlaced.statusCode()).isEqualTo(400);
    assertThat(TestGateway.pointers(notPlaced)).containsExactly("/order/x");
    assertThat(notPlaced.bodyAsJsonObject().getString("instance")).isEqualTo("/checkouts");
    gateway.stub("order", answer(201, "{\"orderId\":\"o-1\"}"));
    gateway.stub("payment", answer(400, fault));
    HttpResponse<Buffer> notPaid = gateway.checkOut("k-2");
    assertThat(notPaid.statusCode()).isEqualTo(400);
    assertThat(TestGateway.pointers(notPaid)).containsExactly("/payment/x");
    assertThat(notPaid.bodyAsJsonObject().getJsonObject("order").getString("orderId"))
        .isEqualTo("o-1");
  }

  @Test
  void a_checkout_is_503_if_the_response_of_order_is_no_json_object() {
    for (int status : List.of(201, 400, 409)) {
      for (String body : List.of("", "<html>", "[]")) {
        gateway.stub("order", answer(status, body));
        HttpResponse<Buffer> unavailable = gateway.checkOut("k-1");
        assertThat(unavailable.statusCode()).as(status + body).isEqualTo(503);
        assertThat(unavailable.getHeader("Retry-After")).isEqualTo("2");
      }
    }
  }

  @Test
  void a_checkout_is_503_if_the_response_of_order_never_ends() {
    gateway.stub(
        "order",
        endless -> {
          endless.response().setStatusCode(201).setChunked(true);
          gateway.vertx.setPeriodic(500, timer -> endless.response().write(" "));
        });
    HttpResponse<Buffer> unavailable = gateway.checkOut("k-1");
    assertThat(unavailable.statusCode()).isEqualTo(503);
    assertThat(unavailable.getHeader("Retry-After")).isEqualTo("2");
    assertThat(unavailable.bodyAsJsonObject().getString("type"))
        .isEqualTo("/problems/order-unavailable");
  }

  @Test
  void a_visit_cannot_be_paid_on_delivery() {
    gateway.stub(
        "order",
        request -> {
          throw new AssertionError("an order was placed");
        });
    JsonObject onDelivery =
        new JsonObject()
            .put("order", ORDER)
            .put("payment", new JsonObject().put("method", "ON_DELIVERY"));
    HttpResponse<Buffer> wrong = gateway.call(HttpMethod.POST, "/checkouts", onDelivery);
    assertThat(wrong.statusCode()).isEqualTo(400);
    assertThat(TestGateway.pointers(wrong)).containsExactly("/payment/method");
  }

  @Test
  void an_invalid_checkout_places_no_order() {
    HttpResponse<Buffer> wrong =
        gateway.call(
            HttpMethod.POST,
            "/checkouts",
            new JsonObject()
                .put(
                    "order",
                    ORDER.copy().put("fulfilment", "DELIVERY").put("lines", new JsonArray()))
                .put("payment", new JsonObject().put("method", "GOLD")));
    assertThat(wrong.statusCode()).isEqualTo(400);
    assertThat(TestGateway.pointers(wrong))
        .containsExactlyInAnyOrder("/order/lines", "/order/address", "/payment/method");
    JsonObject withoutCard =
        new JsonObject().put("order", ORDER).put("payment", new JsonObject().put("method", "CARD"));
    assertThat(gateway.call(HttpMethod.POST, "/checkouts", withoutCard).bodyAsString())
        .contains("/payment/card");
  }
}
