package baedal.store;

import static baedal.store.Hotels.HOTEL;
import static baedal.store.Hotels.TODAY;
import static baedal.store.Hotels.form;
import static baedal.store.Hotels.menu;
import static baedal.store.Hotels.stay;
import static baedal.store.Samples.NOON;
import static baedal.store.Samples.STORE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import baedal.events.Change;
import baedal.events.StoreEvent;
import baedal.events.StoreEvent.Night;
import baedal.runtime.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the changes that an owner makes to a nightly menu. */
class RoomFormTest {

  private static RoomForm prices(Map<LocalDate, Long> prices) {
    return new RoomForm(null, null, null, prices);
  }

  private static MenuForm patch(RoomForm room) {
    return new MenuForm(null, null, null, null, room);
  }

  private static MenuForm rooms(Integer stock) {
    return new MenuForm(null, null, new MenuForm.Stock(stock), null, RoomForm.EMPTY);
  }

  private static StoreEvent.MenuChanged event(Change<Menu> change) {
    assertThat(change.events()).hasSize(1);
    return (StoreEvent.MenuChanged) change.events().get(0);
  }

  private static List<String> pointers(Store store, Menu before, MenuForm form) {
    Refusal refusal =
        catchThrowableOfType(
            Refusal.class,
            () -> {
              if (form.name() == null) {
                before.revise(store, form, NOON);
              } else {
                Menu.put(before, store, "m", form, NOON);
              }
            });
    assertThat(refusal.kind()).isEqualTo(Refusal.Kind.INVALID);
    return refusal.faults().stream().map(Refusal.Fault::pointer).toList();
  }

  private static String conflict(Menu menu, MenuForm form) {
    Refusal refusal = catchThrowableOfType(Refusal.class, () -> menu.revise(HOTEL, form, NOON));
    assertThat(refusal.kind()).isEqualTo(Refusal.Kind.CONFLICT);
    return refusal.type() + ": " + refusal.getMessage();
  }

  @Test
  void a_room_type_is_published_with_its_guests_and_the_priced_nights() {
    RoomForm room = new RoomForm(true, 3, Map.of("size", "30 m²"), Map.of(TODAY, 120_000L));
    StoreEvent.MenuChanged event = event(Menu.put(null, HOTEL, "m", form(5, room), NOON));
    assertThat(event.nightly()).isTrue();
    assertThat(event.maxGuests()).isEqualTo(3);
    assertThat(event.stock()).isEqualTo(5);
    assertThat(event.nights()).containsExactly(new Night(TODAY, 0, 120_000L));
  }

  @Test
  void a_menu_of_another_store_is_published_as_not_nightly() {
    StoreEvent.MenuChanged event = event(Menu.put(null, STORE, "m", Samples.form("물", 1, 1), NOON));
    assertThat(event.nightly()).isFalse();
    assertThat(event.maxGuests()).isNull();
    assertThat(event.nights()).isEmpty();
  }

  @Test
  void prices_are_merged_by_night_and_a_null_price_removes_one() {
    Menu priced =
        menu("m", 5)
            .revise(HOTEL, patch(prices(Map.of(TODAY, 1L, TODAY.plusDays(1), 2L))), NOON)
            .state();
    Map<LocalDate, Long> changes = new HashMap<>(Map.of(TODAY.plusDays(2), 3L));
    changes.put(TODAY, null);
    Change<Menu> merged = priced.revise(HOTEL, patch(prices(changes)), NOON);
    assertThat(merged.state().room().nights().prices())
        .isEqualTo(Map.of(TODAY.plusDays(1), 2L, TODAY.plusDays(2), 3L));
    assertThat(event(merged).nights())
        .containsExactly(new Night(TODAY, 0, null), new Night(TODAY.plusDays(2), 0, 3L));
    assertThat(merged.state().room().nights().price(10, stay(0, 4).nights())).isEqualTo(25);
  }

  @Test
  void a_patch_merges_attributes_and_a_put_replaces_them() {
    Map<String, String> both = Map.of("size", "30 m²", "전망", "바다");
    Menu menu =
        Menu.put(null, HOTEL, "m", form(5, new RoomForm(true, 2, both, null)), NOON).state();
    Map<String, String> changes = new HashMap<>(Map.of("조식", "포함"));
    changes.put("size", null);
    Menu merged = menu.revise(HOTEL, patch(new RoomForm(null, null, changes, null)), NOON).state();
    assertThat(merged.room().attributes()).isEqualTo(Map.of("전망", "바다", "조식", "포함"));
    assertThat(Menu.put(merged, HOTEL, "m", form(5), NOON).state().room().attributes()).isEmpty();
  }

  @Test
  void a_menu_without_rooms_or_guests_cannot_be_nightly() {
    assertThat(pointers(HOTEL, null, form(null, new RoomForm(true, null, null, null))))
        .containsExactlyInAnyOrder("/stock", "/maxGuests");
    assertThat(pointers(HOTEL, menu("m", 5), rooms(null))).containsExactly("/stock");
  }

  @Test
  void a_hotel_puts_only_nightly_menus() {
    assertThat(pointers(HOTEL, null, form(5, RoomForm.EMPTY))).containsExactly("/nightly");
    RoomForm never = new RoomForm(false, null, null, null);
    assertThat(pointers(HOTEL, menu("m", 5), patch(never))).containsExactly("/nightly");
  }

  @Test
  void a_store_of_another_kind_has_no_nightly_menu() {
    RoomForm room = new RoomForm(true, 2, Map.of(), Map.of(TODAY, 1L));
    assertThat(pointers(STORE, null, form(5, room)))
        .containsExactlyInAnyOrder("/nightly", "/maxGuests", "/attributes", "/prices");
  }

  @Test
  void an_old_menu_of_a_hotel_keeps_working_until_it_becomes_nightly() {
    Menu old = Samples.menu("m", 5);
    assertThat(old.revise(HOTEL, rooms(3), NOON).state().stock()).isEqualTo(3);
    assertThat(pointers(HOTEL, old, patch(prices(Map.of(TODAY, 1L))))).containsExactly("/prices");
    RoomForm nightly = new RoomForm(true, 2, null, null);
    assertThat(old.revise(HOTEL, patch(nightly), NOON).state().room().maxGuests()).isEqualTo(2);
    Menu held = old.take("o", 2, NOON).state();
    assertThat(conflict(held, patch(nightly))).startsWith("menu-reserved: orders hold 2");
  }

  @ParameterizedTest
  @CsvSource({"-1, false", "0, true", "395, true", "396, false"})
  void a_price_is_set_from_today_to_395_days_ahead(int days, boolean allowed) {
    MenuForm form = patch(prices(Map.of(TODAY.plusDays(days), 1L)));
    if (allowed) {
      assertThat(menu("m", 5).revise(HOTEL, form, NOON).events()).hasSize(1);
    } else {
      assertThat(pointers(HOTEL, menu("m", 5), form))
          .containsExactly("/prices/" + TODAY.plusDays(days));
    }
  }

  /** At 15:30 UTC it is 00:30 of the next day in Seoul, and noon of the same day in New York. */
  @Test
  void today_is_the_local_date_of_the_hotel() {
    Instant late = NOON.plus(Duration.ofMinutes(210));
    MenuForm form = patch(prices(Map.of(TODAY, 1L)));
    Refusal refusal =
        catchThrowableOfType(Refusal.class, () -> menu("m", 5).revise(HOTEL, form, late));
    assertThat(refusal.faults().get(0).detail()).startsWith("must be from 2026-11-22");
    HotelForm newYork = new HotelForm("America/New_York", null, null, null);
    Store moved = HOTEL.revise(null, null, null, newYork, NOON).state();
    assertThat(menu("m", 5).revise(moved, form, late).events()).hasSize(1);
  }

  @Test
  void a_number_of_rooms_below_the_taken_ones_of_a_night_is_refused() {
    Menu taken = RoomBooking.take(menu("m", 5), "o", 3, stay(1, 2), TODAY, NOON).state();
    assertThat(conflict(taken, rooms(2)))
        .isEqualTo(
            "rooms-taken: 3 rooms are taken in the night of 2026-11-22: keep at least as many");
    assertThat(taken.revise(HOTEL, rooms(3), NOON).state().stock()).isEqualTo(3);
    assertThat(catchThrowableOfType(Refusal.class, () -> taken.add(HOTEL, -3, NOON)).type())
        .isEqualTo("rooms-taken");
    assertThat(taken.add(HOTEL, -2, NOON).state().stock()).isEqualTo(3);
  }

  @Test
  void a_removed_menu_that_is_put_again_keeps_its_nights() {
    Menu taken = RoomBooking.take(menu("m", 5), "o", 3, stay(1, 2), TODAY, NOON).state();
    Menu again = Menu.put(taken.remove(NOON).state(), HOTEL, "m", form(5), NOON).state();
    assertThat(again.room().nights().taken(TODAY.plusDays(1))).isEqualTo(3);
  }
}
