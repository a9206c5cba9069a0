package baedal.order;

import static baedal.order.Clients.address;
import static baedal.order.Clients.delivery;
import static baedal.order.Clients.line;
import static baedal.order.Clients.pointers;
import static baedal.order.Clients.problem;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.Change;
import baedal.events.EventMessages;
import baedal.events.PaymentMethod;
import baedal.events.StoreEvent;
import baedal.runtime.Caller;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The order service over HTTP, with its database and without a broker: orders go on all the same.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OrderApiTest {

  private RunningOrders service;
  private Database db;
  private Clients http;
  private String me;

  @BeforeAll
  void start() {
    service = new RunningOrders();
    db = service.db;
    http = service.http;
    me = service.me;
  }

  @AfterAll
  void stop() {
    service.close();
  }

  @Test
  void an_order_is_placed_and_shown_as_the_contract_promises() {
    HttpResponse<Buffer> created = http.post("/orders", me, delivery(line("fried", 2, "순살")));
    assertThat(created.statusCode()).isEqualTo(201);
    JsonObject order = created.bodyAsJsonObject();
    String path = "/orders/" + order.getString("orderId");
    assertThat(created.getHeader("Location")).isEqualTo(path);
    assertThat(order.getString("status")).isEqualTo("PLACED");
    assertThat(order.getString("customerId")).isEqualTo("c-1");
    assertThat(order.getLong("total")).isEqualTo(40_000);
    assertThat(order.getLong("discount")).isZero();
    assertThat(order.getLong("due")).isEqualTo(40_000);
    assertThat(order.getLong("version")).isEqualTo(1);
    assertThat(order.containsKey("couponId")).isTrue();
    assertThat(order.getJsonArray("lines").getJsonObject(0))
        .isEqualTo(
            line("fried", 2, "순살")
                .put("name", "fried")
                .put("unitPrice", 20_000)
                .put("optionPrices", new JsonArray().add(2_000))
                .put("amount", 40_000));
    assertThat(order.getInstant("expiresAt"))
        .isEqualTo(order.getInstant("placedAt").plus(Duration.ofMinutes(15)));
    assertThat(http.get(path, me).bodyAsJsonObject()).isEqualTo(order);
  }

  @Test
  void everything_that_the_store_does_not_sell_is_told_at_once() {
    JsonObject order = delivery(line("fried", 1, "없음"), line("pizza", 1));
    HttpResponse<Buffer> refused = http.post("/orders", me, order);
    assertThat(problem(refused)).isEqualTo("400 /problems/invalid");
    assertThat(pointers(refused))
        .containsExactlyInAnyOrder("/lines/0/options/0", "/lines/1/menuId");
    HttpResponse<Buffer> nowhere =
        http.post("/orders", me, delivery(line("fried", 1)).put("storeId", "s-9"));
    assertThat(pointers(nowhere)).containsExactly("/storeId");
  }

  @Test
  void what_does_not_fit_the_contract_is_told_at_once() {
    JsonObject order =
        delivery(line("fried", 0), line("fried", 10_001)).put("memo", "x".repeat(501));
    order.getJsonObject("address").put("lat", 91);
    assertThat(pointers(http.post("/orders", me, order)))
        .containsExactlyInAnyOrder(
            "/lines/0/quantity", "/lines/1/quantity", "/memo", "/address/lat");
    order.remove("address");
    order.remove("memo");
    assertThat(pointers(http.post("/orders", me, order)))
        .containsExactlyInAnyOrder("/lines/0/quantity", "/lines/1/quantity", "/address");
    assertThat(pointers(http.post("/orders", me, order.put("fulfilment", "COURIER"))))
        .containsExactlyInAnyOrder(
            "/lines/0/quantity", "/lines/1/quantity", "/pickup", "/address", "/parcel");
    JsonObject many =
        delivery(IntStream.range(0, 51).mapToObj(i -> line("fried", 1)).toArray(JsonObject[]::new));
    assertThat(pointers(http.post("/orders", me, many))).containsExactly("/lines");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"from\":\"2026-02-30T10:00:00Z\"}",
        "{\"from\":\"2026-12-24T99:99Z\"}",
        "{\"lines\":[{\"menuId\":\"fried\",\"quantity\":1.5}]}",
        "{\"lines\":[{\"menuId\":\"fried\",\"quantity\":1e400}]}",
        "{\"lines\":[{\"menuId\":\"fried\",\"quantity\":1,\"options\":[\"순살\",\"순살\"]}]}",
        "{\"lines\":[{\"menuId\":\"fried\",\"quantity\":1,\"options\":null}]}",
        "{\"lines\":null}",
        "{\"fulfilment\":\"TELEPORT\"}",
        "{\"fulfilment\":\"COURIER\",\"pickup\":{\"text\":\"a\",\"lat\":1,\"lng\":1},\"parcel\":{\"size\":\"HUGE\",\"weightKg\":1}}",
        "{\"memo\":\"\\u0000\"}",
        "{\"storeId\":\"\"}"
      })
  void no_input_is_our_fault(String member) {
    JsonObject order = delivery(line("fried", 1));
    new JsonObject(Buffer.buffer(member)).forEach(e -> order.put(e.getKey(), e.getValue()));
    String body = order.encode();
    if (member.contains("1e400")) {
      body = body.replaceAll("\"quantity\":[^,}]+", "\"quantity\":1e400");
    }
    HttpResponse<Buffer> refused =
        http.request(HttpMethod.POST, "/orders", me)
            .putHeader("Content-Type", "application/json")
            .sendBuffer(Buffer.buffer(body))
            .await();
    assertThat(problem(refused)).isEqualTo("400 /problems/invalid");
  }

  @Test
  void a_courier_carries_a_parcel_and_a_visit_has_its_times() {
    couriers();
    JsonObject courier =
        delivery(line("cola", 1))
            .put("storeId", "s-3")
            .put("fulfilment", "COURIER")
            .put("pickup", address("여기서"))
            .put("parcel", new JsonObject().put("size", "SMALL").put("weightKg", 2.5));
    JsonObject carried = http.post("/orders", me, courier).bodyAsJsonObject();
    assertThat(carried.getJsonObject("pickup").getString("text")).isEqualTo("여기서");
    JsonObject visit =
        delivery(line("fried", 1))
            .put("fulfilment", "VISIT")
            .put("from", "2026-12-24T15:00:00Z")
            .put("to", "2026-12-26T11:00:00Z");
    visit.remove("address");
    JsonObject stay = http.post("/orders", me, visit).bodyAsJsonObject();
    assertThat(stay.getString("to")).isEqualTo("2026-12-26T11:00:00Z");
    for (String never : List.of("2026-12-24T15:00:00Z", "9999-12-31T24:00:00Z")) {
      visit.put("to", never);
      assertThat(pointers(http.post("/orders", me, visit))).as(never).containsExactly("/to");
    }
  }

  private void couriers() {
    StoreEvent.Opened opened =
        new StoreEvent.Opened("s-3", "o-1", "퀵", "COURIER", Samples.STORE, Samples.NOON);
    db.catalogs.opened(EventMessages.wrap(List.of(opened), 1, Samples.NOON).get(0), opened).await();
    db.pool
        .query(
            "INSERT INTO menu_copy SELECT 's-3', menu_id, name, price, stock, options, removed, revision FROM menu_copy WHERE menu_id = 'cola' AND store_id = 's-1'")
        .execute()
        .await();
  }

  @Test
  void a_closed_store_takes_no_orders() {
    db.pool
        .query(
            "INSERT INTO store_copy SELECT 's-2', owner_id, name, false, address, 1 FROM store_copy WHERE store_id = 's-1'")
        .execute()
        .await();
    db.pool
        .query(
            "INSERT INTO menu_copy SELECT 's-2', menu_id, name, price, stock, options, removed, revision FROM menu_copy WHERE menu_id = 'cola' AND store_id = 's-1'")
        .execute()
        .await();
    JsonObject order = delivery(line("cola", 1)).put("storeId", "s-2");
    assertThat(problem(http.post("/orders", me, order))).isEqualTo("409 /problems/store-closed");
  }

  @Test
  void the_same_key_and_body_get_the_same_answer_and_another_body_none() {
    JsonObject body = delivery(line("fried", 1));
    List<Future<HttpResponse<Buffer>>> same =
        IntStream.range(0, 20).mapToObj(i -> keyed(me, "key-1", body)).toList();
    Future.all(same).await();
    assertThat(same.stream().map(f -> f.result().statusCode()).distinct()).containsExactly(201);
    assertThat(same.stream().map(f -> f.result().bodyAsString()).distinct()).hasSize(1);
    String id = same.get(0).result().bodyAsJsonObject().getString("orderId");
    http.post("/orders/" + id + "/cancel", me, null);
    HttpResponse<Buffer> later = keyed(me, "key-1", body).await();
    assertThat(later.bodyAsString()).isEqualTo(same.get(0).result().bodyAsString());
    assertThat(later.getHeader("Location")).isEqualTo("/orders/" + id);
    assertThat(problem(keyed(me, "key-1", delivery(line("fried", 2))).await()))
        .isEqualTo("422 /problems/idempotency-key-reused");
    HttpResponse<Buffer> other = keyed(http.customer("c-2"), "key-1", body).await();
    assertThat(other.bodyAsJsonObject().getString("orderId")).isNotEqualTo(id);
  }

  @Test
  void fifty_at_once_under_one_key_place_one_order() {
    for (int round = 0; round < 20; round++) {
      String key = "key-fifty-" + round;
      JsonObject body = delivery(line("fried", 1));
      List<Future<HttpResponse<Buffer>>> same =
          IntStream.range(0, 50).mapToObj(i -> keyed(me, key, body)).toList();
      assertThat(same.stream().map(f -> f.await().statusCode()).distinct()).containsExactly(201);
      assertThat(same.stream().map(f -> f.await().bodyAsString()).distinct()).hasSize(1);
    }
  }

  @Test
  void a_key_is_a_hundred_visible_characters_at_most() {
    for (String key : List.of("", "k".repeat(101), "two words")) {
      HttpResponse<Buffer> refused = keyed(me, key, delivery(line("fried", 1))).await();
      assertThat(pointers(refused)).as(key).contains("/Idempotency-Key");
    }
  }

  @Test
  void an_order_is_seen_by_its_customer_its_store_and_those_who_run_the_place() {
    String path = place();
    for (String token :
        List.of(
            me,
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
  void nobody_changes_the_order_of_somebody_else(String method, String action) {
    String path = place() + action;
    HttpMethod verb = HttpMethod.valueOf(method);
    JsonObject body = verb.equals(HttpMethod.PATCH) ? new JsonObject().put("memo", "mine") : null;
    HttpResponse<Buffer> foreign = http.send(verb, path, http.customer("c-2"), body).await();
    assertThat(foreign.statusCode()).isEqualTo(404);
    assertThat(http.send(verb, path, http.owner("o-1"), body).await().statusCode()).isEqualTo(403);
  }

  @Test
  void a_list_is_the_callers_own_newest_first_in_pages() {
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
  void an_unpaid_order_is_changed_and_priced_anew() {
    String path = place();
    JsonObject patch =
        new JsonObject()
            .putNull("memo")
            .put("address", address("다른 곳"))
            .put("lines", new JsonArray().add(line("cola", 3)));
    JsonObject changed = http.patch(path, me, patch).bodyAsJsonObject();
    assertThat(changed.getValue("memo")).isNull();
    assertThat(changed.getJsonObject("address").getString("text")).isEqualTo("다른 곳");
    assertThat(changed.getLong("due")).isEqualTo(6_000);
    assertThat(changed.getLong("version")).isEqualTo(2);
    assertThat(
            pointers(
                http.patch(
                    path, me, new JsonObject().put("lines", new JsonArray().add(line("x", 1))))))
        .containsExactly("/lines/0/menuId");
    assertThat(http.patch(path, me, new JsonObject().put("due", 0)).statusCode()).isEqualTo(400);
    assertThat(http.patch(path, me, new JsonObject()).statusCode()).isEqualTo(400);
  }

  @Test
  void a_paid_order_changes_its_options_at_the_same_price_only() {
    String path = place();
    change(path, o -> Samples.pay(o, "p-1", PaymentMethod.CARD));
    JsonObject same = new JsonObject().put("lines", new JsonArray().add(line("fried", 2, "뼈")));
    assertThat(http.patch(path, me, same).statusCode()).isEqualTo(200);
    JsonObject cheaper = new JsonObject().put("lines", new JsonArray().add(line("fried", 2)));
    assertThat(problem(http.patch(path, me, cheaper))).isEqualTo("409 /problems/order-state");
  }

  @Test
  void cancel_is_at_once_while_unpaid_and_a_request_when_paid() {
    String unpaid = place();
    JsonObject reason = new JsonObject().put("reason", "마음이 바뀜");
    HttpResponse<Buffer> canceled = http.post(unpaid + "/cancel", me, reason);
    assertThat(canceled.statusCode()).isEqualTo(200);
    assertThat(canceled.bodyAsJsonObject().getString("status")).isEqualTo("CANCELED");
    assertThat(canceled.bodyAsJsonObject().getString("reason")).isEqualTo("마음이 바뀜");
    HttpResponse<Buffer> again = http.post(unpaid + "/cancel", me, null);
    assertThat(again.statusCode()).isEqualTo(200);
    assertThat(again.bodyAsJsonObject()).isEqualTo(canceled.bodyAsJsonObject());
    String paid = place();
    change(paid, o -> Samples.pay(o, "p-1", PaymentMethod.CARD));
    HttpResponse<Buffer> asked = http.post(paid + "/cancel", me, null);
    assertThat(asked.statusCode()).isEqualTo(202);
    assertThat(asked.bodyAsJsonObject().getString("status")).isEqualTo("CANCEL_REQUESTED");
    HttpResponse<Buffer> askedAgain = http.post(paid + "/cancel", me, reason);
    assertThat(askedAgain.statusCode()).isEqualTo(202);
    assertThat(askedAgain.bodyAsJsonObject()).isEqualTo(asked.bodyAsJsonObject());
    change(paid, o -> Cancellation.acceptedByStore(o, Samples.NOON));
    assertThat(http.post(paid + "/cancel", me, null).statusCode()).isEqualTo(202);
    change(paid, o -> Refund.completed(o, "p-1", Samples.NOON));
    HttpResponse<Buffer> done = http.post(paid + "/cancel", me, null);
    assertThat(done.statusCode()).isEqualTo(200);
    assertThat(done.bodyAsJsonObject().getString("status")).isEqualTo("CANCELED");
  }

  @Test
  void an_order_whose_coupon_came_back_shows_no_coupon() {
    String path = place();
    change(path, o -> CouponUse.use(o, "k-1", 1_000, Samples.NOON));
    change(path, o -> Samples.pay(o, "p-1", PaymentMethod.CARD));
    assertThat(http.get(path, me).bodyAsJsonObject().getString("couponId")).isEqualTo("k-1");
    change(path, o -> Rejection.rejectedByStore(o, "OUT_OF_STOCK", Samples.NOON));
    assertThat(http.get(path, me).bodyAsJsonObject().getString("couponId")).isEqualTo("k-1");
    change(path, o -> Refund.completed(o, "p-1", Samples.NOON));
    assertThat(http.get(path, me).bodyAsJsonObject().getString("couponId")).isNull();
    String unpaid = place();
    change(unpaid, o -> CouponUse.use(o, "k-2", 1_000, Samples.NOON));
    HttpResponse<Buffer> canceled = http.post(unpaid + "/cancel", me, null);
    assertThat(canceled.bodyAsJsonObject().getString("couponId")).isNull();
    String expired = place();
    change(expired, o -> CouponUse.use(o, "k-3", 1_000, Samples.NOON));
    change(expired, o -> Expiration.expire(o, o.details().expiresAt()));
    assertThat(http.get(expired, me).bodyAsJsonObject().getString("couponId")).isNull();
  }

  @Test
  void a_delivery_is_confirmed_once_it_is_delivered() {
    String path = place();
    change(path, o -> Samples.pay(o, "p-1", PaymentMethod.CARD));
    assertThat(problem(http.post(path + "/confirm", me, null)))
        .isEqualTo("409 /problems/order-state");
    change(path, o -> FulfilmentProgress.delivered(o, "r-7", 0, Samples.NOON));
    HttpResponse<Buffer> confirmed = http.post(path + "/confirm", me, null);
    assertThat(confirmed.statusCode()).isEqualTo(200);
    assertThat(confirmed.bodyAsJsonObject().getString("status")).isEqualTo("COMPLETED");
  }

  @Test
  void payment_hears_what_is_due_and_coupon_lowers_it() {
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
    assertThat(http.get(path + "/due", me).statusCode()).isEqualTo(403);
  }

  @Test
  void without_a_broker_it_says_not_ready_and_takes_orders_all_the_same() {
    assertThat(http.get("/health/live", null).statusCode()).isEqualTo(200);
    HttpResponse<Buffer> ready = http.get("/health/ready", null);
    assertThat(ready.statusCode()).isEqualTo(503);
    assertThat(ready.bodyAsString()).contains("\"postgres\"").contains("\"broker\"");
    place();
  }

  private Future<HttpResponse<Buffer>> keyed(String token, String key, JsonObject body) {
    return http.request(HttpMethod.POST, "/orders", token)
        .putHeader("Idempotency-Key", key)
        .sendJsonObject(body);
  }

  private String place() {
    HttpResponse<Buffer> created = http.post("/orders", me, delivery(line("fried", 2, "순살")));
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
