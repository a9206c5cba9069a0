package baedal.store;

import static baedal.store.Hotels.HOTEL;
import static baedal.store.Samples.NOON;
import static baedal.store.Samples.STORE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import baedal.events.Change;
import baedal.events.Hotel;
import baedal.events.RefundTerm;
import baedal.events.StoreEvent;
import baedal.runtime.Refusal;
import java.time.LocalTime;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HotelFormTest {

  private static HotelForm terms(RefundTerm... terms) {
    return new HotelForm(null, null, null, List.of(terms));
  }

  private static String pointer(Store store, HotelForm form) {
    Refusal refusal =
        catchThrowableOfType(Refusal.class, () -> store.revise(null, null, null, form, NOON));
    assertThat(refusal.kind()).isEqualTo(Refusal.Kind.INVALID);
    return refusal.faults().get(0).pointer();
  }

  @Test
  void a_new_hotel_has_the_default_fields_and_publishes_them() {
    Change<Store> opened = Store.open("h", "o", "호텔", Store.Kind.ROOM, Samples.PLACE, null, NOON);
    Hotel expected = new Hotel("Asia/Seoul", LocalTime.of(15, 0), LocalTime.of(11, 0), List.of());
    assertThat(((StoreEvent.Opened) opened.events().get(0)).hotel()).isEqualTo(expected);
  }

  @Test
  void a_field_that_is_left_out_does_not_change() {
    HotelForm form = new HotelForm("Europe/Berlin", null, LocalTime.of(10, 0), null);
    Change<Store> changed = HOTEL.revise(null, null, null, form, NOON);
    assertThat(changed.state().hotel())
        .isEqualTo(new Hotel("Europe/Berlin", LocalTime.of(15, 0), LocalTime.of(10, 0), List.of()));
    assertThat(changed.events()).hasSize(1);
    assertThat(changed.state().revise(null, null, null, form, NOON).events()).isEmpty();
  }

  @Test
  void terms_with_more_hours_and_at_least_the_same_percent_are_accepted() {
    HotelForm form =
        terms(new RefundTerm(24, 50), new RefundTerm(48, 100), new RefundTerm(72, 100));
    assertThat(HOTEL.revise(null, null, null, form, NOON).state().hotel().refundTerms())
        .isEqualTo(form.refundTerms());
  }

  @Test
  void terms_that_contradict_each_other_are_refused() {
    assertThat(pointer(HOTEL, terms(new RefundTerm(48, 100), new RefundTerm(48, 50))))
        .isEqualTo("/hotel/refundTerms");
    assertThat(pointer(HOTEL, terms(new RefundTerm(24, 50), new RefundTerm(48, 40))))
        .isEqualTo("/hotel/refundTerms");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Asia/Busan", "UTC+9", "asia/seoul", " "})
  void an_unknown_time_zone_is_refused(String timeZone) {
    assertThat(pointer(HOTEL, new HotelForm(timeZone, null, null, null)))
        .isEqualTo("/hotel/timeZone");
  }

  @Test
  void a_store_of_another_kind_has_no_hotel_fields() {
    assertThat(STORE.hotel()).isNull();
    assertThat(pointer(STORE, terms())).isEqualTo("/hotel");
  }
}
