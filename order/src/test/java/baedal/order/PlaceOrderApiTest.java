package baedal.order;

import static baedal.order.OrderHttpClient.address;
import static baedal.order.OrderHttpClient.delivery;
import static baedal.order.OrderHttpClient.line;
import static baedal.order.OrderHttpClient.pointers;
import static baedal.order.OrderHttpClient.problem;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.EventMessages;
import baedal.events.StoreEvent;
import baedal.runtime.SignedStatements;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Placing orders over HTTP: valid and invalid requests, and idempotency keys. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PlaceOrderApiTest {

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
  void an_order_is_placed_and_shown_as_in_the_contract() {
    HttpResponse<Buffer> created =
        http.post("/orders", customerToken, delivery(line("fried", 2, "순살")));
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
                .put("nightPrices", new JsonArray())
                .put("amount", 40_000));
    assertThat(order.getInstant("expiresAt"))
        .isEqualTo(order.getInstant("placedAt").plus(Duration.ofMinutes(15)));
    assertThat(http.get(path, customerToken).bodyAsJsonObject()).isEqualTo(order);
  }

  @Test
  void all_lines_that_the_store_does_not_sell_are_reported_at_once() {
    JsonObject order = delivery(line("fried", 1, "없음"), line("pizza", 1));
    HttpResponse<Buffer> refused = http.post("/orders", customerToken, order);
    assertThat(problem(refused)).isEqualTo("400 /problems/invalid");
    assertThat(pointers(refused))
        .containsExactlyInAnyOrder("/lines/0/options/0", "/lines/1/menuId");
    HttpResponse<Buffer> unknownStore =
        http.post("/orders", customerToken, delivery(line("fried", 1)).put("storeId", "s-9"));
    assertThat(pointers(unknownStore)).containsExactly("/storeId");
  }

  @Test
  void all_violations_of_the_contract_are_reported_at_once() {
    JsonObject order =
        delivery(line("fried", 0), line("fried", 10_001)).put("memo", "x".repeat(501));
    order.getJsonObject("address").put("lat", 91);
    assertThat(pointers(http.post("/orders", customerToken, order)))
        .containsExactlyInAnyOrder(
            "/lines/0/quantity", "/lines/1/quantity", "/memo", "/address/lat");
    order.remove("address");
    order.remove("memo");
    assertThat(pointers(http.post("/orders", customerToken, order)))
        .containsExactlyInAnyOrder("/lines/0/quantity", "/lines/1/quantity", "/address");
    assertThat(pointers(http.post("/orders", customerToken, order.put("fulfilment", "COURIER"))))
        .containsExactlyInAnyOrder(
            "/lines/0/quantity", "/lines/1/quantity", "/pickup", "/address", "/parcel");
    JsonObject many =
        delivery(IntStream.range(0, 51).mapToObj(i -> line("fried", 1)).toArray(JsonObject[]::new));
    assertThat(pointers(http.post("/orders", customerToken, many))).containsExactly("/lines");
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
  void invalid_input_is_a_client_error(String member) {
    JsonObject order = delivery(line("fried", 1));
    new JsonObject(Buffer.buffer(member)).forEach(e -> order.put(e.getKey(), e.getValue()));
    String body = order.encode();
    if (member.contains("1e400")) {
      body = body.replaceAll("\"quantity\":[^,}]+", "\"quantity\":1e400");
    }
    HttpResponse<Buffer> refused =
        http.request(HttpMethod.POST, "/orders", customerToken)
            .putHeader("Content-Type", "application/json")
            .sendBuffer(Buffer.buffer(body))
            .await();
    assertThat(problem(refused)).isEqualTo("400 /problems/invalid");
  }

  @Test
  void a_courier_order_has_a_parcel_and_a_visit_has_times() {
    openCourierStore();
    JsonObject courier =
        delivery(line("cola", 1))
            .put("storeId", "s-3")
            .put("fulfilment", "COURIER")
            .put("pickup", address("여기서"))
            .put("parcel", new JsonObject().put("size", "SMALL").put("weightKg", 2.5));
    JsonObject carried = http.post("/orders", customerToken, courier).bodyAsJsonObject();
    assertThat(carried.getJsonObject("pickup").getString("text")).isEqualTo("여기서");
    JsonObject visit =
        delivery(line("fried", 1))
            .put("fulfilment", "VISIT")
            .put("from", "2026-12-24T15:00:00Z")
            .put("to", "2026-12-26T11:00:00Z");
    visit.remove("address");
    JsonObject stay = http.post("/orders", customerToken, visit).bodyAsJsonObject();
    assertThat(stay.getString("to")).isEqualTo("2026-12-26T11:00:00Z");
    for (String never : List.of("2026-12-24T15:00:00Z", "9999-12-31T24:00:00Z")) {
      visit.put("to", never);
      assertThat(pointers(http.post("/orders", customerToken, visit)))
          .as(never)
          .containsExactly("/to");
    }
  }

  private void openCourierStore() {
    StoreEvent.Opened opened =
        new StoreEvent.Opened(
            "s-3", "o-1", "퀵", "COURIER", OrderFixtures.STORE, null, OrderFixtures.NOON);
    db.catalogs
        .opened(EventMessages.wrap(List.of(opened), 1, OrderFixtures.NOON).get(0), opened)
        .await();
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
    assertThat(problem(http.post("/orders", customerToken, order)))
        .isEqualTo("409 /problems/store-closed");
  }

  @Test
  void a_key_with_the_same_body_gets_the_same_response() {
    JsonObject body = delivery(line("fried", 1));
    List<Future<HttpResponse<Buffer>>> same =
        IntStream.range(0, 20).mapToObj(i -> keyed(customerToken, "key-1", body)).toList();
    Future.all(same).await();
    assertThat(same.stream().map(f -> f.result().statusCode()).distinct()).containsExactly(201);
    assertThat(same.stream().map(f -> f.result().bodyAsString()).distinct()).hasSize(1);
    String id = same.get(0).result().bodyAsJsonObject().getString("orderId");
    http.post("/orders/" + id + "/cancel", customerToken, null);
    HttpResponse<Buffer> later = keyed(customerToken, "key-1", body).await();
    assertThat(later.bodyAsString()).isEqualTo(same.get(0).result().bodyAsString());
    assertThat(later.getHeader("Location")).isEqualTo("/orders/" + id);
    assertThat(problem(keyed(customerToken, "key-1", delivery(line("fried", 2))).await()))
        .isEqualTo("422 /problems/idempotency-key-reused");
    HttpResponse<Buffer> other = keyed(http.customer("c-2"), "key-1", body).await();
    assertThat(other.bodyAsJsonObject().getString("orderId")).isNotEqualTo(id);
  }

  @Test
  void fifty_concurrent_requests_with_one_key_place_one_order() {
    for (int round = 0; round < 20; round++) {
      String key = "key-fifty-" + round;
      JsonObject body = delivery(line("fried", 1));
      List<Future<HttpResponse<Buffer>>> same =
          IntStream.range(0, 50).mapToObj(i -> keyed(customerToken, key, body)).toList();
      assertThat(same.stream().map(f -> f.await().statusCode()).distinct()).containsExactly(201);
      assertThat(same.stream().map(f -> f.await().bodyAsString()).distinct()).hasSize(1);
    }
  }

  @Test
  void the_response_to_a_new_order_has_a_signed_statement_of_the_amount_due() {
    JsonObject body = delivery(line("fried", 1));
    HttpResponse<Buffer> placed = keyed(customerToken, "k-due", body).await();
    HttpResponse<Buffer> withoutKey = http.post("/orders", customerToken, body);
    for (HttpResponse<Buffer> created : List.of(placed, withoutKey)) {
      String orderId = created.bodyAsJsonObject().getString("orderId");
      JsonObject due =
          http.get("/internal/orders/" + orderId + "/due", http.service()).bodyAsJsonObject();
      assertThat(dueStatements().verify(created.getHeader(DueStatement.HEADER))).contains(due);
    }
  }

  @Test
  void the_stored_response_of_a_key_has_no_statement_of_the_amount_due() {
    JsonObject body = delivery(line("fried", 1));
    HttpResponse<Buffer> placed = keyed(customerToken, "k-due-again", body).await();
    HttpResponse<Buffer> again = keyed(customerToken, "k-due-again", body).await();
    assertThat(again.bodyAsJsonObject()).isEqualTo(placed.bodyAsJsonObject());
    assertThat(placed.getHeader(DueStatement.HEADER)).isNotNull();
    assertThat(again.getHeader(DueStatement.HEADER)).isNull();
  }

  private static SignedStatements dueStatements() {
    return new SignedStatements(
        OrderHttpClient.SECRET, "amount due of an order", Clock.systemUTC());
  }

  @Test
  void a_key_has_at_most_a_hundred_visible_characters() {
    for (String key : List.of("", "k".repeat(101), "two words")) {
      HttpResponse<Buffer> refused = keyed(customerToken, key, delivery(line("fried", 1))).await();
      assertThat(pointers(refused)).as(key).contains("/Idempotency-Key");
    }
  }

  private Future<HttpResponse<Buffer>> keyed(String token, String key, JsonObject body) {
    return http.request(HttpMethod.POST, "/orders", token)
        .putHeader("Idempotency-Key", key)
        .sendJsonObject(body);
  }
}
