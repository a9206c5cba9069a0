package baedal.order;

import static baedal.order.OrderHttpClient.address;
import static baedal.order.OrderHttpClient.delivery;
import static baedal.order.OrderHttpClient.line;
import static baedal.order.OrderHttpClient.pointers;
import static baedal.order.OrderHttpClient.problem;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.Change;
import baedal.events.PaymentMethod;
import baedal.runtime.Caller;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The routes of the order service over HTTP, with a database and without a broker. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OrderApiTest {

  private OrderServiceFixture service;
  private OrderDatabase db;
  private OrderHttpClient http;
  private String customerToken;

  @BeforeAll
  void start() {
    service = new OrderServiceFixture();
    db = service.db;
    http = service.http;
    customerToken = service.customerToken;
  }

  @AfterAll
  void stop() {
    service.close();
  }

  @Test
  void an_order_is_shown_to_its_customer_its_store_admins_and_services() {
    String path = place();
    for (String token :
        List.of(
            customerToken,
            http.owner("o-1"),
            http.owner("staff", "s-1"),
            http.token("root", Caller.ADMIN),
            http.service())) {
      assertThat(http.get(path, token).statusCode()).isEqualTo(200);
    }
    for (String token : List.of(http.customer("c-2"), http.owner("o-2", "s-2"))) {
      assertThat(problem(http.get(path, token))).isEqualTo("404 /problems/not-found");
    }
    assertThat(http.get(path, http.token("r-7", Caller.RIDER)).statusCode()).isEqualTo(403);
    assertThat(http.get(path, null).statusCode()).isEqualTo(401);
  }

  @ParameterizedTest
  @CsvSource({"PATCH,''", "POST,/cancel", "POST,/confirm"})
  void another_customers_order_cannot_be_changed(String method, String action) {
    String path = place() + action;
    HttpMethod verb = HttpMethod.valueOf(method);
    JsonObject body = verb.equals(HttpMethod.PATCH) ? new JsonObject().put("memo", "mine") : null;
    HttpResponse<Buffer> foreign = http.send(verb, path, http.customer("c-2"), body).await();
    assertThat(foreign.statusCode()).isEqualTo(404);
    assertThat(http.send(verb, path, http.owner("o-1"), body).await().statusCode()).isEqualTo(403);
  }

  @Test
  void a_list_shows_the_callers_orders_newest_first_in_pages() {
    String customer = http.customer("c-list");
    List<String> placed = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      placed.add(
          http.post("/orders", customer, delivery(line("cola", 1)))
              .bodyAsJsonObject()
              .getString("orderId"));
    }
    http.post("/orders/" + placed.get(2) + "/cancel", customer, null);
    Collections.reverse(placed);
    List<String> seen = new ArrayList<>();
    String next = "";
    while (next != null) {
      JsonObject page = http.get("/orders?limit=2" + next, customer).bodyAsJsonObject();
      seen.addAll(ids(page));
      next = page.getString("next") == null ? null : "&cursor=" + page.getString("next");
    }
    assertThat(seen).isEqualTo(placed);
    assertThat(ids(http.get("/orders?status=CANCELED", customer).bodyAsJsonObject()))
        .containsExactly(placed.get(2));
    assertThat(http.get("/orders?status=LOST", customer).statusCode()).isEqualTo(400);
    assertThat(http.get("/orders?cursor=nonsense", customer).statusCode()).isEqualTo(400);
  }

  @Test
  void an_unpaid_order_can_change_its_memo_address_and_lines() {
    String path = place();
    JsonObject patch =
        new JsonObject()
            .putNull("memo")
            .put("address", address("다른 곳"))
            .put("lines", new JsonArray().add(line("cola", 3)));
    JsonObject changed = http.patch(path, customerToken, patch).bodyAsJsonObject();
    assertThat(changed.getValue("memo")).isNull();
    assertThat(changed.getJsonObject("address").getString("text")).isEqualTo("다른 곳");
    assertThat(changed.getLong("due")).isEqualTo(6_000);
    assertThat(changed.getLong("version")).isEqualTo(2);
    assertThat(
            pointers(
                http.patch(
                    path,
                    customerToken,
                    new JsonObject().put("lines", new JsonArray().add(line("x", 1))))))
        .containsExactly("/lines/0/menuId");
    assertThat(http.patch(path, customerToken, new JsonObject().put("due", 0)).statusCode())
        .isEqualTo(400);
    assertThat(http.patch(path, customerToken, new JsonObject()).statusCode()).isEqualTo(400);
  }

  @Test
  void a_paid_order_changes_its_options_at_the_same_price_only() {
    String path = place();
    change(path, o -> OrderFixtures.pay(o, "p-1", PaymentMethod.CARD));
    JsonObject same = new JsonObject().put("lines", new JsonArray().add(line("fried", 2, "뼈")));
    assertThat(http.patch(path, customerToken, same).statusCode()).isEqualTo(200);
    JsonObject cheaper = new JsonObject().put("lines", new JsonArray().add(line("fried", 2)));
    assertThat(problem(http.patch(path, customerToken, cheaper)))
        .isEqualTo("409 /problems/order-state");
  }

  @Test
  void an_unpaid_order_is_canceled_at_once_and_a_paid_order_after_its_refund() {
    String unpaid = place();
    JsonObject reason = new JsonObject().put("reason", "마음이 바뀜");
    HttpResponse<Buffer> canceled = http.post(unpaid + "/cancel", customerToken, reason);
    assertThat(canceled.statusCode()).isEqualTo(200);
    assertThat(canceled.bodyAsJsonObject().getString("status")).isEqualTo("CANCELED");
    assertThat(canceled.bodyAsJsonObject().getString("reason")).isEqualTo("마음이 바뀜");
    HttpResponse<Buffer> again = http.post(unpaid + "/cancel", customerToken, null);
    assertThat(again.statusCode()).isEqualTo(200);
    assertThat(again.bodyAsJsonObject()).isEqualTo(canceled.bodyAsJsonObject());
    String paid = place();
    change(paid, o -> OrderFixtures.pay(o, "p-1", PaymentMethod.CARD));
    HttpResponse<Buffer> asked = http.post(paid + "/cancel", customerToken, null);
    assertThat(asked.statusCode()).isEqualTo(202);
    assertThat(asked.bodyAsJsonObject().getString("status")).isEqualTo("CANCEL_REQUESTED");
    HttpResponse<Buffer> askedAgain = http.post(paid + "/cancel", customerToken, reason);
    assertThat(askedAgain.statusCode()).isEqualTo(202);
    assertThat(askedAgain.bodyAsJsonObject()).isEqualTo(asked.bodyAsJsonObject());
    change(paid, o -> Cancellation.acceptedByStore(o, OrderFixtures.NOON));
    assertThat(http.post(paid + "/cancel", customerToken, null).statusCode()).isEqualTo(202);
    change(paid, o -> Refund.completed(o, "p-1", OrderFixtures.NOON));
    HttpResponse<Buffer> done = http.post(paid + "/cancel", customerToken, null);
    assertThat(done.statusCode()).isEqualTo(200);
    assertThat(done.bodyAsJsonObject().getString("status")).isEqualTo("CANCELED");
  }

  @Test
  void an_order_that_gave_back_its_coupon_shows_no_coupon() {
    String path = place();
    change(path, o -> CouponUse.use(o, "k-1", 1_000, OrderFixtures.NOON));
    change(path, o -> OrderFixtures.pay(o, "p-1", PaymentMethod.CARD));
    assertThat(http.get(path, customerToken).bodyAsJsonObject().getString("couponId"))
        .isEqualTo("k-1");
    change(path, o -> Rejection.rejectedByStore(o, "OUT_OF_STOCK", OrderFixtures.NOON));
    assertThat(http.get(path, customerToken).bodyAsJsonObject().getString("couponId"))
        .isEqualTo("k-1");
    change(path, o -> Refund.completed(o, "p-1", OrderFixtures.NOON));
    assertThat(http.get(path, customerToken).bodyAsJsonObject().getString("couponId")).isNull();
    String unpaid = place();
    change(unpaid, o -> CouponUse.use(o, "k-2", 1_000, OrderFixtures.NOON));
    HttpResponse<Buffer> canceled = http.post(unpaid + "/cancel", customerToken, null);
    assertThat(canceled.bodyAsJsonObject().getString("couponId")).isNull();
    String expired = place();
    change(expired, o -> CouponUse.use(o, "k-3", 1_000, OrderFixtures.NOON));
    change(expired, o -> Expiration.expire(o, o.details().expiresAt()));
    assertThat(http.get(expired, customerToken).bodyAsJsonObject().getString("couponId")).isNull();
  }

  @Test
  void an_order_can_be_confirmed_only_after_its_delivery() {
    String path = place();
    change(path, o -> OrderFixtures.pay(o, "p-1", PaymentMethod.CARD));
    assertThat(problem(http.post(path + "/confirm", customerToken, null)))
        .isEqualTo("409 /problems/order-state");
    change(path, o -> FulfilmentProgress.delivered(o, "r-7", 0, OrderFixtures.NOON));
    HttpResponse<Buffer> confirmed = http.post(path + "/confirm", customerToken, null);
    assertThat(confirmed.statusCode()).isEqualTo(200);
    assertThat(confirmed.bodyAsJsonObject().getString("status")).isEqualTo("COMPLETED");
  }

  @Test
  void services_read_the_amount_due_and_lower_it_by_a_coupon() {
    String path = "/internal" + place();
    JsonObject due = http.get(path + "/due", http.service()).bodyAsJsonObject();
    assertThat(due.getLong("due")).isEqualTo(40_000);
    assertThat(due.getLong("version")).isEqualTo(1);
    assertThat(due.getString("customerId")).isEqualTo("c-1");
    assertThat(due.getString("status")).isEqualTo("PLACED");
    assertThat(due.getString("fulfilment")).isEqualTo("DELIVERY");
    JsonObject coupon =
        new JsonObject().put("couponId", "k-1").put("customerId", "c-1").put("discount", 1_000);
    for (int i = 0; i < 2; i++) {
      JsonObject lower = http.put(path + "/coupon", http.service(), coupon).bodyAsJsonObject();
      assertThat(lower.getLong("due")).isEqualTo(39_000);
      assertThat(lower.getLong("version")).isEqualTo(2);
      assertThat(lower.getLong("pricedVersion")).isEqualTo(2);
    }
    assertThat(
            problem(
                http.put(path + "/coupon", http.service(), coupon.copy().put("couponId", "k-2"))))
        .isEqualTo("409 /problems/order-state");
    for (String another : List.of("c-2", "c".repeat(255))) {
      JsonObject foreign = coupon.copy().put("customerId", another);
      assertThat(problem(http.put(path + "/coupon", http.service(), foreign)))
          .as(another)
          .isEqualTo("404 /problems/not-found");
    }
    assertThat(http.get("/internal/orders/nowhere/due", http.service()).statusCode())
        .isEqualTo(404);
    assertThat(http.get(path + "/due", customerToken).statusCode()).isEqualTo(403);
  }

  @Test
  void without_a_broker_the_service_is_not_ready_but_accepts_orders() {
    assertThat(http.get("/health/live", null).statusCode()).isEqualTo(200);
    HttpResponse<Buffer> ready = http.get("/health/ready", null);
    assertThat(ready.statusCode()).isEqualTo(503);
    assertThat(ready.bodyAsString()).contains("\"postgres\"").contains("\"broker\"");
    place();
  }

  private String place() {
    HttpResponse<Buffer> created =
        http.post("/orders", customerToken, delivery(line("fried", 2, "순살")));
    assertThat(created.statusCode()).isEqualTo(201);
    return created.getHeader("Location");
  }

  private void change(String path, Function<Order, Change<Order>> transition) {
    db.orders.change(path.substring("/orders/".length()), transition).await();
  }

  private static List<String> ids(JsonObject page) {
    return page.getJsonArray("items").stream()
        .map(item -> ((JsonObject) item).getString("orderId"))
        .toList();
  }
}
