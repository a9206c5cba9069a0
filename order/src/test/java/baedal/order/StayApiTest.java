package baedal.order;

import static baedal.order.OrderHttpClient.line;
import static baedal.order.OrderHttpClient.pointers;
import static baedal.order.OrderHttpClient.problem;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.RefundTerm;
import baedal.events.StoreEvent.Night;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Stays over HTTP. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StayApiTest {

  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  private OrderServiceFixture service;
  private OrderHttpClient http;
  private String customerToken;
  private String hotel;
  private LocalDate first;

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

  @BeforeEach
  void openHotel() {
    first = LocalDate.now(BERLIN).plusDays(10);
    hotel = UUID.randomUUID().toString();
    service.opensHotel(
        hotel,
        RoomFixtures.hotel("Europe/Berlin", new RefundTerm(480, 100), new RefundTerm(48, 50)));
    service.sellsRooms(hotel, "double", 100_000, 2, night(1, 0, 150_000L), night(2, 1, null));
  }

  @Test
  void a_stay_is_placed_with_its_price_its_times_and_the_terms() {
    JsonObject order = http.get(service.place(stay(2, 1)), customerToken).bodyAsJsonObject();
    assertThat(order.getLong("due")).isEqualTo(250_000);
    assertThat(order.getJsonArray("lines").getJsonObject(0).getJsonArray("nightPrices"))
        .containsExactly(100_000, 150_000);
    assertThat(order.getString("storeKind")).isEqualTo("ROOM");
    assertThat(order.getJsonObject("stay"))
        .isEqualTo(
            new JsonObject()
                .put("checkIn", first.toString())
                .put("checkOut", first.plusDays(2).toString())
                .put("guests", 2));
    assertThat(order.getString("from"))
        .isEqualTo(first.atTime(15, 0).atZone(BERLIN).toInstant().toString());
    assertThat(order.getString("to"))
        .isEqualTo(first.plusDays(2).atTime(11, 0).atZone(BERLIN).toInstant().toString());
    assertThat(order.getJsonArray("refundTerms"))
        .contains(new JsonObject().put("untilHoursBefore", 48).put("refundPercent", 50));
    assertThat(order.getValue("refund")).isNull();
  }

  @Test
  void a_night_with_too_few_rooms_is_refused_before_payment() {
    HttpResponse<Buffer> refused = http.post("/orders", customerToken, stay(3, 2));
    assertThat(problem(refused)).isEqualTo("409 /problems/sold-out");
    assertThat(pointers(refused)).containsExactly("/lines/0/quantity");
    assertThat(refused.bodyAsString()).contains(first.plusDays(2).toString());
    service.place(stay(2, 2));
  }

  @Test
  void a_stay_with_a_delivery_or_with_times_is_refused() {
    JsonObject delivery = stay(1, 1).put("fulfilment", "DELIVERY");
    assertThat(pointers(http.post("/orders", customerToken, delivery))).contains("/stay");
    JsonObject timed = stay(1, 1).put("from", "2026-12-24T15:00:00Z");
    assertThat(pointers(http.post("/orders", customerToken, timed))).containsExactly("/from");
    JsonObject none = stay(1, 1);
    none.remove("stay");
    assertThat(pointers(http.post("/orders", customerToken, none))).containsExactly("/stay");
  }

  @Test
  void a_stay_without_real_dates_or_guests_is_refused_with_pointers() {
    JsonObject order = stay(1, 1);
    order.getJsonObject("stay").put("checkIn", "24.12.2026").put("guests", 0);
    HttpResponse<Buffer> refused = http.post("/orders", customerToken, order);
    assertThat(pointers(refused)).containsExactlyInAnyOrder("/stay/checkIn", "/stay/guests");
    assertThat(refused.bodyAsString()).contains("such as 2026-12-24");
    order.getJsonObject("stay").put("checkIn", "2026-02-30").put("guests", 2);
    assertThat(pointers(http.post("/orders", customerToken, order)))
        .containsExactly("/stay/checkIn");
  }

  @Test
  void a_canceled_stay_shows_what_comes_back_and_what_is_kept() {
    String path = service.placeAndPay(stay(2, 1));
    HttpResponse<Buffer> requested = http.post(path + "/cancel", customerToken, null);
    assertThat(requested.statusCode()).isEqualTo(202);
    assertThat(requested.bodyAsJsonObject().getJsonObject("refund"))
        .isEqualTo(new JsonObject().put("amount", 125_000).put("kept", 125_000));
    assertThat(http.post(path + "/cancel", customerToken, null).bodyAsString())
        .isEqualTo(requested.bodyAsString());
  }

  @Test
  void an_unpaid_stay_can_change_its_rooms_but_not_its_nights() {
    String path = service.place(stay(2, 1));
    JsonObject two = lines(line("double", 2));
    HttpResponse<Buffer> changed = http.patch(path, customerToken, two);
    assertThat(changed.statusCode()).as(changed.bodyAsString()).isEqualTo(200);
    assertThat(changed.bodyAsJsonObject().getLong("due")).isEqualTo(500_000);
    assertThat(problem(http.patch(path, customerToken, lines(line("double", 3)))))
        .isEqualTo("409 /problems/sold-out");
    JsonObject nights = new JsonObject().put("stay", stay(1, 1).getJsonObject("stay"));
    assertThat(pointers(http.patch(path, customerToken, nights))).containsExactly("/stay");
  }

  @Test
  void an_unpaid_stay_cannot_give_up_rooms_that_its_guests_need() {
    JsonObject order = stay(2, 2);
    order.getJsonObject("stay").put("guests", 4);
    String path = service.place(order);
    assertThat(pointers(http.patch(path, customerToken, lines(line("double", 1)))))
        .containsExactly("/lines");
  }

  @Test
  void an_option_of_a_paid_stay_counts_once_for_each_night() {
    JsonObject order = stay(2, 1);
    order.put("lines", new JsonArray().add(line("double", 1, "조식")));
    String path = service.placeAndPay(order);
    service.sellsRooms(hotel, "double", 999_000, 2);
    HttpResponse<Buffer> changed = http.patch(path, customerToken, lines(line("double", 1, "석식")));
    assertThat(changed.statusCode()).as(changed.bodyAsString()).isEqualTo(200);
    JsonObject line = changed.bodyAsJsonObject().getJsonArray("lines").getJsonObject(0);
    assertThat(line.getLong("unitPrice")).isEqualTo(270_000);
    assertThat(line.getJsonArray("nightPrices")).containsExactly(100_000, 150_000);
    HttpResponse<Buffer> cheaper = http.patch(path, customerToken, lines(line("double", 1)));
    assertThat(problem(cheaper)).isEqualTo("409 /problems/order-state");
    assertThat(cheaper.bodyAsString()).contains("270000 to 250000");
  }

  @Test
  void a_retry_of_a_stay_with_a_key_gets_the_first_response() {
    HttpResponse<Buffer> once = keyed(stay(2, 1));
    assertThat(once.statusCode()).isEqualTo(201);
    assertThat(keyed(stay(2, 1)).bodyAsString()).isEqualTo(once.bodyAsString());
    assertThat(keyed(stay(3, 1)).statusCode()).isEqualTo(422);
  }

  private HttpResponse<Buffer> keyed(JsonObject order) {
    return http.request(HttpMethod.POST, "/orders", customerToken)
        .putHeader("Idempotency-Key", "key-" + hotel)
        .sendJsonObject(order)
        .await();
  }

  private JsonObject stay(int nights, int rooms) {
    return new JsonObject()
        .put("storeId", hotel)
        .put("lines", new JsonArray().add(line("double", rooms)))
        .put("fulfilment", "VISIT")
        .put(
            "stay",
            new JsonObject()
                .put("checkIn", first.toString())
                .put("checkOut", first.plusDays(nights).toString())
                .put("guests", 2));
  }

  private static JsonObject lines(JsonObject... lines) {
    return new JsonObject().put("lines", new JsonArray(List.of(lines)));
  }

  private Night night(int day, int taken, Long price) {
    return new Night(first.plusDays(day), taken, price);
  }
}
