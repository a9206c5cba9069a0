package baedal.order;

import static baedal.order.OrderHttpClient.address;
import static baedal.order.OrderHttpClient.delivery;
import static baedal.order.OrderHttpClient.line;
import static baedal.order.OrderHttpClient.pointers;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The checks of the fields, texts and times of requests. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OrderInputTest {

  /** The same text in Unicode normalization forms C and D. */
  private static final String NFC = "\uC21C\uC0B4";

  private static final String NFD = "\u1109\u116E\u11AB\u1109\u1161\u11AF";

  private static final Map<String, Object> PARTS =
      Map.of(
          "address", address("저기"),
          "pickup", address("여기"),
          "parcel", new JsonObject().put("size", "SMALL").put("weightKg", 1),
          "from", "2026-12-24T15:00:00Z",
          "to", "2026-12-25T11:00:00Z");

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
    forgetTheKindOfTheStore();
  }

  /** A store of unknown kind offers every fulfilment. */
  private void forgetTheKindOfTheStore() {
    db.pool.query("UPDATE store_copy SET kind = NULL").execute().await();
  }

  @AfterAll
  void stop() {
    service.close();
  }

  @ParameterizedTest
  @CsvSource({
    "DELIVERY,address,pickup parcel from to",
    "COURIER,address pickup parcel,from to",
    "VISIT,from to,address pickup parcel"
  })
  void a_field_of_another_fulfilment_is_refused(String fulfilment, String own, String others) {
    JsonObject order = delivery(line("fried", 1)).put("fulfilment", fulfilment);
    order.remove("address");
    for (String part : own.split(" ", -1)) {
      order.put(part, PARTS.get(part));
    }
    assertThat(http.post("/orders", customerToken, order).statusCode()).isEqualTo(201);
    List<String> foreign = List.of(others.split(" ", -1));
    foreign.forEach(part -> order.put(part, PARTS.get(part)));
    HttpResponse<Buffer> refused = http.post("/orders", customerToken, order);
    assertThat(pointers(refused))
        .containsExactlyInAnyOrderElementsOf(foreign.stream().map(part -> "/" + part).toList());
    assertThat(refused.bodyAsString()).contains("when fulfilment is " + fulfilment);
  }

  @Test
  void an_unknown_field_is_refused_at_every_level() {
    JsonObject order =
        delivery(line("fried", 1).put("note", "x"))
            .put("fulfilment", "COURIER")
            .put("pickup", address("여기").put("zip", "1"))
            .put("parcel", new JsonObject().put("size", "SMALL").put("weightKg", 1).put("x", 1))
            .put("couponId", "c");
    assertThat(pointers(http.post("/orders", customerToken, order)))
        .containsExactlyInAnyOrder("/couponId", "/lines/0/note", "/pickup/zip", "/parcel/x");
    String path = "/orders/" + placed(line("fried", 1)).getString("orderId");
    JsonObject reason = new JsonObject().put("reason", "x").put("code", 7);
    assertThat(pointers(http.post(path + "/cancel", customerToken, reason)))
        .containsExactly("/code");
    assertThat(pointers(http.post(path + "/confirm", customerToken, reason)))
        .containsExactlyInAnyOrder("/reason", "/code");
    JsonObject coupon =
        new JsonObject().put("couponId", "k").put("customerId", "c-1").put("discount", 1);
    assertThat(
            pointers(http.put("/internal" + path + "/coupon", http.service(), coupon.put("x", 1))))
        .containsExactly("/x");
    assertThat(pointers(http.get("/orders?state=PAID", customerToken))).containsExactly("/state");
    assertThat(
            pointers(
                http.request(HttpMethod.POST, path + "/cancel?force=true", customerToken)
                    .send()
                    .await()))
        .containsExactly("/force");
  }

  @ParameterizedTest
  @ValueSource(strings = {" ", "\u3000\u3000", "\u200b", "\n\t", "\u3164"})
  void a_blank_address_is_refused_and_blank_optional_text_is_dropped(String blank) {
    JsonObject order = delivery(line("fried", 1)).put("memo", blank);
    order.put("address", address(blank));
    assertThat(pointers(http.post("/orders", customerToken, order)))
        .containsExactly("/address/text");
    order
        .put("address", address("저기"))
        .put("fulfilment", "COURIER")
        .put("pickup", address("여기"))
        .put(
            "parcel",
            new JsonObject().put("size", "SMALL").put("weightKg", 1).put("description", blank));
    JsonObject placed = http.post("/orders", customerToken, order).bodyAsJsonObject();
    assertThat(placed.getString("memo")).isNull();
    assertThat(placed.getJsonObject("parcel").getString("description")).isNull();
    String path = "/orders/" + placed.getString("orderId");
    http.patch(path, customerToken, new JsonObject().put("memo", "문 앞에"));
    JsonObject changed =
        http.patch(path, customerToken, new JsonObject().put("memo", blank)).bodyAsJsonObject();
    assertThat(changed.getString("memo")).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"2026-12-24T15:00Z", "2026-12-24T23:59:60Z", "2026-02-30T15:00:00Z", "soon"})
  void an_invalid_time_is_refused_with_an_example(String time) {
    JsonObject order = delivery(line("fried", 1)).put("fulfilment", "VISIT").put("from", time);
    order.remove("address");
    HttpResponse<Buffer> refused = http.post("/orders", customerToken, order);
    assertThat(pointers(refused)).containsExactly("/from");
    assertThat(refused.bodyAsString()).contains("such as 2026-12-24T15:00:00Z");
  }

  @Test
  void an_option_is_found_in_either_normalization_form_of_its_name() {
    menu("nfc", "[{\"name\":\"%s\",\"price\":500}]".formatted(NFC));
    menu("nfd", "[{\"name\":\"%s\",\"price\":500}]".formatted(NFD));
    for (String menuId : List.of("nfc", "nfd")) {
      for (String requested : List.of(NFC, NFD)) {
        JsonObject priced =
            placed(line(menuId, 1, requested)).getJsonArray("lines").getJsonObject(0);
        assertThat(priced.getLong("unitPrice")).isEqualTo(1_500);
        assertThat(priced.getJsonArray("options")).containsExactly(NFC);
      }
    }
    assertThat(pointers(http.post("/orders", customerToken, delivery(line("nfc", 1, NFC, NFD)))))
        .containsExactly("/lines/0/options");
  }

  @Test
  void a_menu_is_found_in_either_normalization_form_of_its_id() {
    menu(NFD, "[]");
    for (String requested : List.of(NFC, NFD)) {
      assertThat(
              placed(line(requested, 1)).getJsonArray("lines").getJsonObject(0).getString("menuId"))
          .isEqualTo(NFD);
    }
  }

  @Test
  void a_retry_in_another_normalization_form_gets_the_first_response() {
    JsonObject composed = delivery(line("fried", 1)).put("memo", NFC);
    HttpResponse<Buffer> first = keyed(composed);
    assertThat(first.bodyAsJsonObject().getString("memo")).isEqualTo(NFC);
    assertThat(keyed(composed.copy().put("memo", NFD)).bodyAsString())
        .isEqualTo(first.bodyAsString());
  }

  private HttpResponse<Buffer> keyed(JsonObject order) {
    return http.request(HttpMethod.POST, "/orders", customerToken)
        .putHeader("Idempotency-Key", "two-forms")
        .sendJsonObject(order)
        .await();
  }

  private JsonObject placed(JsonObject line) {
    HttpResponse<Buffer> answer = http.post("/orders", customerToken, delivery(line));
    assertThat(answer.statusCode()).as(answer.bodyAsString()).isEqualTo(201);
    return answer.bodyAsJsonObject();
  }

  /** Stores a menu as an earlier version did, which did not normalize texts. */
  private void menu(String id, String options) {
    db.pool
        .preparedQuery(
            "INSERT INTO menu_copy (store_id, menu_id, name, price, stock, options, removed, revision)"
                + " VALUES ('s-1', $1, 'menu', 1000, NULL, $2::text::jsonb, false, 1)")
        .execute(Tuple.of(id, options))
        .await();
  }
}
