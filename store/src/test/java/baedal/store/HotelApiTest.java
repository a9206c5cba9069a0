package baedal.store;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.StoreEvent;
import baedal.testkit.Eventually;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the routes of hotels and room types over HTTP, with a real database and broker. */
class HotelApiTest extends RunningStore {

  private static final String HOTEL =
      """
      {"name": "호텔", "kind": "ROOM", "address": {"text": "부산", "lat": 35.1, "lng": 129.0}%s}
      """;

  private String hotel(String fields) {
    Answer opened = call("POST", "/stores", owner, HOTEL.formatted(fields));
    assertThat(opened.status()).as("" + opened.body()).isEqualTo(201);
    return opened.body().getString("storeId");
  }

  private Answer put(String storeId, String menuId, String fields) {
    String body = "{\"name\": \"디럭스\", \"price\": 89000%s}".formatted(fields.replace('\'', '"'));
    return call("PUT", "/stores/" + storeId + "/menus/" + menuId, owner, body);
  }

  private static List<String> pointers(Answer refused) {
    assertThat(refused.status()).as("" + refused.body()).isEqualTo(400);
    return refused.body().getJsonArray("errors").stream()
        .map(error -> ((JsonObject) error).getString("pointer"))
        .toList();
  }

  @Test
  void a_hotel_shows_its_fields_and_other_stores_show_none() {
    JsonObject defaults =
        new JsonObject()
            .put("timeZone", "Asia/Seoul")
            .put("checkInTime", "15:00")
            .put("checkOutTime", "11:00")
            .put("refundTerms", new io.vertx.core.json.JsonArray());
    String id = hotel("");
    assertThat(call("GET", "/stores/" + id, null, null).body().getJsonObject("hotel"))
        .isEqualTo(defaults);
    Answer changed =
        call("PATCH", "/stores/" + id, owner, "{\"hotel\": {\"checkInTime\": \"16:30\"}}");
    assertThat(changed.body().getJsonObject("hotel"))
        .isEqualTo(defaults.put("checkInTime", "16:30"));
    String shop = open("가게", 35.1, 129.0);
    assertThat(call("GET", "/stores/" + shop, null, null).body().getValue("hotel")).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'timeZone': 'Asia/Busan'} | /hotel/timeZone",
        "{'checkInTime': '24:00'} | /hotel/checkInTime",
        "{'checkOutTime': '3pm'} | /hotel/checkOutTime",
        "{'refundTerms': [{'untilHoursBefore': 8761, 'refundPercent': 101}]}"
            + " | /hotel/refundTerms/0/untilHoursBefore /hotel/refundTerms/0/refundPercent",
        "{'refundTerms': [{'untilHoursBefore': -1, 'refundPercent': -1}]}"
            + " | /hotel/refundTerms/0/untilHoursBefore /hotel/refundTerms/0/refundPercent",
        "{'refundTerms': [{'untilHoursBefore': 1, 'refundPercent': 1},"
            + " {'untilHoursBefore': 1, 'refundPercent': 2}]} | /hotel/refundTerms",
        "{'stars': 5} | /hotel/stars",
      })
  void a_wrong_hotel_field_is_refused(String hotel, String expected) {
    String body = HOTEL.formatted(", \"hotel\": " + hotel.replace('\'', '"'));
    assertThat(pointers(call("POST", "/stores", owner, body)))
        .containsExactlyInAnyOrder(expected.split(" ", -1));
  }

  @Test
  void hotel_fields_of_a_restaurant_are_refused() {
    String shop = open("가게", 35.1, 129.0);
    String body = "{\"hotel\": {\"timeZone\": \"Asia/Seoul\"}}";
    assertThat(pointers(call("PATCH", "/stores/" + shop, owner, body))).containsExactly("/hotel");
  }

  @Test
  void a_room_type_shows_its_fields_and_is_published() {
    String id = hotel("");
    Answer made =
        put(
            id,
            "deluxe",
            ", 'nightly': true, 'stock': 5, 'maxGuests': 3, 'attributes': {'전망': '바다'}");
    assertThat(made.status()).as("" + made.body()).isEqualTo(201);
    assertThat(made.body().getBoolean("nightly")).isTrue();
    assertThat(made.body().getInteger("maxGuests")).isEqualTo(3);
    assertThat(made.body().getJsonObject("attributes")).isEqualTo(new JsonObject().put("전망", "바다"));
    assertThat(made.body().getValue("available")).isNull();
    Eventually.await().until(() -> menuChanges(id).size() == 1);
    assertThat(menuChanges(id)).allMatch(StoreEvent.MenuChanged::nightly);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | /nightly",
        "', 'nightly': true' | /stock /maxGuests",
        "', 'nightly': true, 'stock': 1, 'maxGuests': 21' | /maxGuests",
        "', 'nightly': true, 'stock': 1, 'maxGuests': 2, 'attributes': {'$a': 'b'}' | /attributes",
        "', 'nightly': true, 'stock': 1, 'maxGuests': 2, 'attributes': {'a': ' '}' | /attributes/a",
        "', 'nightly': true, 'stock': 1, 'maxGuests': 2, 'prices': {'soon': 1}' | /prices",
        "', 'nightly': true, 'stock': 1, 'maxGuests': 2, 'prices': {'2020-01-01': 1}'"
            + " | /prices/2020-01-01",
        "', 'nightly': true, 'stock': 1, 'maxGuests': 2, 'prices': {'2020-01-01': -1}'"
            + " | /prices/2020-01-01",
      },
      quoteCharacter = '~')
  void a_wrong_field_of_a_room_type_is_refused(String fields, String expected) {
    String quoted = fields.substring(1, fields.length() - 1);
    assertThat(pointers(put(hotel(""), "m", quoted)))
        .containsExactlyInAnyOrder(expected.split(" ", -1));
  }
}
