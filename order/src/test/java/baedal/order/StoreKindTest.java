package baedal.order;

import static baedal.order.OrderHttpClient.address;
import static baedal.order.OrderHttpClient.delivery;
import static baedal.order.OrderHttpClient.line;
import static baedal.order.OrderHttpClient.pointers;
import static baedal.order.OrderHttpClient.problem;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The kind of a store decides its fulfilments. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StoreKindTest {

  private OrderServiceFixture service;
  private OrderHttpClient http;
  private String customerToken;

  @BeforeAll
  void start() {
    service = new OrderServiceFixture();
    http = service.http;
    customerToken = service.customerToken;
  }

  @AfterAll
  void stop() {
    service.close();
  }

  @ParameterizedTest
  @CsvSource({
    "FOOD, COURIER, DELIVERY or VISIT",
    "FURNITURE, COURIER, DELIVERY or VISIT",
    "COURIER, DELIVERY, COURIER",
    "COURIER, VISIT, COURIER"
  })
  void a_fulfilment_that_the_store_does_not_offer_is_refused(
      String kind, String fulfilment, String offered) {
    service.opens("kind-" + kind, kind);
    HttpResponse<Buffer> refused =
        http.post("/orders", customerToken, order("kind-" + kind, fulfilment));
    assertThat(problem(refused)).isEqualTo("400 /problems/invalid");
    assertThat(pointers(refused)).containsExactly("/fulfilment");
    assertThat(detail(refused)).endsWith(": " + offered);
  }

  @ParameterizedTest
  @CsvSource({
    "FOOD, DELIVERY",
    "FOOD, VISIT",
    "FURNITURE, DELIVERY",
    "FURNITURE, VISIT",
    "COURIER, COURIER"
  })
  void a_fulfilment_that_the_store_offers_is_accepted(String kind, String fulfilment) {
    service.opens("offers-" + kind, kind);
    service.place(order("offers-" + kind, fulfilment));
  }

  @ParameterizedTest
  @CsvSource({"DELIVERY", "COURIER", "VISIT"})
  void a_store_offers_every_fulfilment_until_its_kind_is_known(String fulfilment) {
    service.opens("old-" + fulfilment, null);
    service.place(order("old-" + fulfilment, fulfilment));
    String kind = fulfilment.equals("COURIER") ? "FOOD" : "COURIER";
    service.opens("old-" + fulfilment, kind);
    HttpResponse<Buffer> refused =
        http.post("/orders", customerToken, order("old-" + fulfilment, fulfilment));
    assertThat(pointers(refused)).containsExactly("/fulfilment");
  }

  @ParameterizedTest
  @CsvSource({"DELIVERY", "COURIER"})
  void a_hotel_offers_only_visits_with_a_stay(String fulfilment) {
    service.opens("hotel-" + fulfilment, "ROOM");
    HttpResponse<Buffer> refused =
        http.post("/orders", customerToken, order("hotel-" + fulfilment, fulfilment));
    assertThat(problem(refused)).isEqualTo("400 /problems/invalid");
    assertThat(pointers(refused))
        .containsExactlyInAnyOrder("/fulfilment", "/stay", "/lines/0/menuId");
    assertThat(detail(refused)).endsWith(": VISIT");
  }

  @Test
  void a_wrong_fulfilment_is_reported_with_all_other_faults() {
    service.opens("faults", "COURIER");
    JsonObject order = order("faults", "DELIVERY");
    order.put("lines", new JsonArray().add(line("cola", 1)).add(line("none", 1)));
    assertThat(pointers(http.post("/orders", customerToken, order)))
        .containsExactlyInAnyOrder("/fulfilment", "/lines/1/menuId");
  }

  private static JsonObject order(String storeId, String fulfilment) {
    JsonObject order =
        delivery(line("cola", 1)).put("storeId", storeId).put("fulfilment", fulfilment);
    if (fulfilment.equals("VISIT")) {
      order.remove("address");
    }
    if (fulfilment.equals("COURIER")) {
      order
          .put("pickup", address("여기서"))
          .put("parcel", new JsonObject().put("size", "SMALL").put("weightKg", 2.5));
    }
    return order;
  }

  private static String detail(HttpResponse<Buffer> refused) {
    return refused.bodyAsJsonObject().getJsonArray("errors").getJsonObject(0).getString("detail");
  }
}
