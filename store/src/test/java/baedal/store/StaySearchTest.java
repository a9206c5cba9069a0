package baedal.store;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.Change;
import baedal.events.Stay;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests searches for free rooms over HTTP, with a real database and broker. */
class StaySearchTest extends RunningStore {

  private final LocalDate first = LocalDate.now(ZoneId.of("Asia/Seoul")).plusDays(10);
  private static final String SEOUL = "near=37.5,127.0";
  private final String twoNights = "checkIn=" + first + "&checkOut=" + first.plusDays(2);

  private int booked;

  private String hotel(String name, double lng, String hotelFields) {
    String body =
        "{\"name\": \"%s\", \"kind\": \"ROOM\", \"address\": {\"text\": \"서울\", \"lat\": 37.5, \"lng\": %s}%s}"
            .formatted(name, lng, hotelFields);
    return call("POST", "/stores", owner, body).body().getString("storeId");
  }

  private void rooms(String storeId, String menuId, int stock, int maxGuests, String fields) {
    String body =
        "{\"name\": \"%s\", \"price\": 1000, \"nightly\": true, \"stock\": %d, \"maxGuests\": %d%s}"
            .formatted(menuId, stock, maxGuests, fields);
    Answer put = call("PUT", "/stores/" + storeId + "/menus/" + menuId, owner, body);
    assertThat(put.status()).as("" + put.body()).isEqualTo(201);
  }

  /** Takes one room for the nights from {@code checkIn}, as an order does. */
  private void book(String storeId, String menuId, LocalDate checkIn, int nights) {
    Stay stay = new Stay(checkIn, checkIn.plusDays(nights), 1);
    String order = "o-" + booked++;
    UnaryOperator<Menu> book =
        menu -> RoomBooking.take(menu, order, 1, stay, checkIn, Instant.now()).state();
    replica().changeMenu(Menu.key(storeId, menuId), menu -> Change.of(book.apply(menu))).await();
  }

  private JsonObject room(String storeId, String query) {
    Answer found = call("GET", "/stores/" + storeId + "/menus?" + query, null, null);
    assertThat(found.status()).as("" + found.body()).isEqualTo(200);
    return items(found).get(0);
  }

  private static List<String> names(Answer found) {
    assertThat(found.status()).as("" + found.body()).isEqualTo(200);
    return items(found).stream().map(store -> store.getString("name")).toList();
  }

  private List<String> allPages(String query) {
    List<String> names = new ArrayList<>();
    String cursor = "";
    for (int page = 0; cursor != null && page < 100; page++) {
      Answer found = call("GET", "/stores?" + query + cursor, null, null);
      names.addAll(names(found));
      String next = found.body().getString("next");
      cursor = next == null ? null : "&cursor=" + next;
    }
    assertThat(cursor).isNull();
    return names;
  }

  @Test
  void a_room_type_shows_its_free_rooms_and_the_price_of_the_stay() {
    String id = hotel("호텔", 127.0, "");
    rooms(id, "m", 3, 2, ", \"prices\": {\"%s\": 5000}".formatted(first.plusDays(1)));
    book(id, "m", first.plusDays(1), 1);
    book(id, "m", first.plusDays(1), 5);
    JsonObject two = room(id, twoNights + "&guests=2");
    assertThat(two.getInteger("available")).isEqualTo(1);
    assertThat(two.getInteger("total")).isEqualTo(3);
    assertThat(two.getLong("stayPrice")).isEqualTo(6_000);
    JsonObject before = room(id, "checkIn=%s&checkOut=%s".formatted(first, first.plusDays(1)));
    assertThat(before.getInteger("available")).isEqualTo(3);
    assertThat(room(id, twoNights + "&guests=3").getInteger("available")).isZero();
    assertThat(room(id, "").getValue("available")).isNull();
    assertThat(room(id, "").getValue("stayPrice")).isNull();
  }

  @Test
  void room_types_are_found_by_their_attributes() {
    String id = hotel("호텔", 127.0, "");
    rooms(id, "a", 3, 2, ", \"attributes\": {\"View\": \"Sea\", \"size\": \"30 m²\"}");
    rooms(id, "b", 3, 2, ", \"attributes\": {\"View\": \"City\"}");
    String menus = "/stores/" + id + "/menus?attribute=";
    assertThat(names(call("GET", menus + "view", null, null))).containsExactly("a", "b");
    assertThat(names(call("GET", menus + "VIEW:sea", null, null))).containsExactly("a");
    assertThat(names(call("GET", menus + "view:se", null, null))).isEmpty();
  }

  @Test
  void hotels_with_a_free_room_are_found_page_by_page() {
    List<String> free = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      String name = "쪽 " + i;
      String id = hotel(name, 127.0 + i * 0.0001, "");
      rooms(id, "small", 1, 2, "");
      rooms(id, "large", 1, 4, "");
      book(id, "small", first.plusDays(1), 1);
      if (i % 3 == 0) {
        free.add(name);
      } else {
        book(id, "large", first, 1);
      }
    }
    for (String near : List.of("", "&" + SEOUL)) {
      for (int limit : List.of(1, 2, 20)) {
        String query = "kind=ROOM&q=%s&limit=%d%s".formatted("%EC%AA%BD", limit, near);
        assertThat(allPages(query)).hasSize(12);
        assertThat(allPages(query + "&" + twoNights + "&guests=4"))
            .as("limit " + limit + near)
            .isEqualTo(free);
        assertThat(allPages(query + "&" + twoNights + "&guests=5")).isEmpty();
        String after = "&checkIn=%s&checkOut=%s".formatted(first.plusDays(2), first.plusDays(4));
        assertThat(allPages(query + after)).hasSize(12);
      }
    }
  }

  @Test
  void a_search_for_a_kind_finds_no_store_of_another_kind() {
    hotel("종류", 127.0, "");
    open("종류", 37.5, 127.0);
    String query = "q=%EC%A2%85%EB%A5%98&kind=";
    assertThat(items(call("GET", "/stores?" + query + "ROOM", null, null))).hasSize(1);
    assertThat(items(call("GET", "/stores?" + query + "FOOD&" + SEOUL, null, null)))
        .extracting(store -> store.getString("kind"))
        .containsExactly("FOOD");
  }

  /** In Pago Pago it is always an earlier date than on Kiritimati. */
  @Test
  void a_night_that_is_past_only_at_some_hotels_is_searched_at_the_others() {
    String west = hotel("날짜", 127.0, ", \"hotel\": {\"timeZone\": \"Pacific/Pago_Pago\"}");
    String east = hotel("날짜", 127.0, ", \"hotel\": {\"timeZone\": \"Pacific/Kiritimati\"}");
    rooms(west, "m", 1, 2, "");
    rooms(east, "m", 1, 2, "");
    LocalDate today = LocalDate.now(ZoneId.of("Pacific/Pago_Pago"));
    String stay = "checkIn=%s&checkOut=%s".formatted(today, today.plusDays(1));
    assertThat(room(west, stay).getInteger("available")).isEqualTo(1);
    assertThat(call("GET", "/stores/" + east + "/menus?" + stay, null, null).status())
        .isEqualTo(400);
    Answer found = call("GET", "/stores?kind=ROOM&q=%EB%82%A0%EC%A7%9C&" + stay, null, null);
    assertThat(items(found)).extracting(s -> s.getString("storeId")).containsExactly(west);
  }

  @ParameterizedTest
  @CsvSource({
    "kind=ROOM&checkIn=2020-01-01&checkOut=2020-01-02, /checkIn",
    "kind=ROOM&checkIn=2999-01-01&checkOut=2999-01-02, /checkIn",
    "kind=ROOM&checkIn=FIRST, /checkOut",
    "kind=ROOM&checkOut=FIRST, /checkIn",
    "kind=ROOM&guests=2, /checkIn",
    "kind=ROOM&checkIn=FIRST&checkOut=FIRST, /checkOut",
    "kind=ROOM&checkIn=FIRST&checkOut=2999-01-01, /checkOut",
    "kind=ROOM&checkIn=2026-02-30&checkOut=FIRST, /checkIn",
    "kind=ROOM&checkIn=soon&checkOut=FIRST, /checkIn",
    "checkIn=FIRST&checkOut=FIRST, /checkIn",
    "kind=FOOD&guests=2, /guests",
    "kind=INN, /kind",
  })
  void a_wrong_parameter_of_a_stay_is_refused(String query, String pointer) {
    Answer refused = call("GET", "/stores?" + query.replace("FIRST", first.toString()), null, null);
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.body().getJsonArray("errors").getJsonObject(0).getString("pointer"))
        .isEqualTo(pointer);
  }
}
