package baedal.order;

import static baedal.order.OrderAssertions.refusal;
import static baedal.order.OrderFixtures.CATALOG;
import static baedal.order.OrderFixtures.NOON;
import static baedal.order.OrderFixtures.PAY_WITHIN;
import static baedal.order.RoomFixtures.hotel;
import static baedal.order.RoomFixtures.night;
import static baedal.order.RoomFixtures.request;
import static baedal.order.RoomFixtures.room;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.Fulfilment;
import baedal.events.Line;
import baedal.events.OrderDetails;
import baedal.events.RefundTerm;
import baedal.events.StoreEvent.Night;
import baedal.runtime.Digest;
import baedal.runtime.Json;
import baedal.runtime.Refusal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Placing an order for rooms by the night. It is 21:00 in Seoul on 2026-11-21. */
class PlaceStayTest {

  private static final Night[] CHRISTMAS = {
    night("2026-12-24", 3, 250_000L), night("2026-12-25", 5, null), night("2026-12-26", 4, null)
  };

  @Test
  void a_stay_costs_the_sum_of_its_nights_with_their_options_per_room() {
    OrderDetails order =
        details(request("2026-12-23", "2026-12-25", 4, room("double", 2, "조식")), CHRISTMAS);
    Line line = order.lines().get(0);
    assertThat(line.nightPrices()).containsExactly(100_000L, 250_000L);
    assertThat(line.optionPrices()).containsExactly(10_000L);
    assertThat(line.unitPrice()).isEqualTo(370_000);
    assertThat(line.amount()).isEqualTo(740_000);
    assertThat(order.total()).isEqualTo(740_000);
    assertThat(order.stay().nights()).hasSize(2);
    assertThat(order.storeKind()).isEqualTo("ROOM");
  }

  @Test
  void the_order_keeps_the_terms_and_the_times_of_the_hotel() {
    RefundTerm term = new RefundTerm(24, 50);
    PlaceOrder order = request("2026-12-24", "2026-12-26", 2, room("double", 1));
    OrderDetails details =
        order.details(
            "c-1",
            Optional.of(RoomFixtures.catalog(hotel("America/New_York", term))),
            NOON,
            PAY_WITHIN);
    assertThat(details.refundTerms()).containsExactly(term);
    assertThat(details.from()).isEqualTo(Instant.parse("2026-12-24T20:00:00Z"));
    assertThat(details.to()).isEqualTo(Instant.parse("2026-12-26T16:00:00Z"));
  }

  /** The clocks in Berlin change on 2027-03-28 and on 2026-10-25, in the night. */
  @ParameterizedTest
  @CsvSource({
    "2027-03-27, 2027-03-28, 2027-03-27T14:00:00Z, 2027-03-28T09:00:00Z",
    "2027-10-30, 2027-10-31, 2027-10-30T13:00:00Z, 2027-10-31T10:00:00Z"
  })
  void a_stay_over_a_change_of_the_clocks_keeps_the_local_times(
      String checkIn, String checkOut, Instant from, Instant to) {
    OrderDetails details =
        request(checkIn, checkOut, 2, room("double", 1))
            .details(
                "c-1", Optional.of(RoomFixtures.catalog(hotel("Europe/Berlin"))), NOON, PAY_WITHIN);
    assertThat(details.from()).isEqualTo(from);
    assertThat(details.to()).isEqualTo(to);
    assertThat(details.lines().get(0).nightPrices()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "2026-11-20, 2026-11-22, 2, /stay/checkIn",
    "2027-11-22, 2027-11-23, 2, /stay/checkIn",
    "2026-02-30, 2026-11-22, 2, /stay/checkIn",
    "2026-12-24, 2026-12-24, 2, /stay/checkOut",
    "2026-12-24, 2026-12-23, 2, /stay/checkOut",
    "2026-12-24, 2027-01-24, 2, /stay/checkOut",
    "2026-12-24, 2026-12-32, 2, /stay/checkOut",
    "2026-12-28, 2026-12-29, 3, /stay/guests"
  })
  void a_stay_with_a_fault_is_refused_with_its_pointer(
      String checkIn, String checkOut, int guests, String pointer) {
    PlaceOrder order = request(checkIn, checkOut, guests, room("double", 1));
    assertThat(pointers(order, RoomFixtures.catalog(hotel("Asia/Seoul")))).containsExactly(pointer);
  }

  @ParameterizedTest
  @CsvSource({
    "2026-11-21, 2026-11-22, 2",
    "2027-11-21, 2027-12-21, 2",
    "2026-12-24, 2027-01-23, 1"
  })
  void a_stay_at_the_limits_is_accepted(String checkIn, String checkOut, int guests) {
    assertThat(details(request(checkIn, checkOut, guests, room("double", 1))).stay().guests())
        .isEqualTo(guests);
  }

  /** At 2026-11-21 12:00 UTC it is 2026-11-22 in Auckland and still 2026-11-21 in Honolulu. */
  @ParameterizedTest
  @CsvSource({
    "Pacific/Auckland, 2026-11-21, 2026-11-22",
    "Pacific/Honolulu, 2026-11-20, 2026-11-21"
  })
  void the_present_day_is_that_of_the_hotel(String zone, String past, String today) {
    Catalog catalog = RoomFixtures.catalog(hotel(zone));
    assertThat(pointers(request(past, "2026-11-24", 2, room("double", 1)), catalog))
        .containsExactly("/stay/checkIn");
    request(today, "2026-11-24", 2, room("double", 1))
        .details("c-1", Optional.of(catalog), NOON, PAY_WITHIN);
  }

  @Test
  void guests_can_be_spread_over_all_ordered_rooms() {
    details(request("2026-12-28", "2026-12-29", 8, room("double", 2), room("suite", 1)));
    assertThat(
            pointers(
                request("2026-12-28", "2026-12-29", 9, room("double", 2), room("suite", 1)),
                RoomFixtures.catalog(hotel("Asia/Seoul"))))
        .containsExactly("/stay/guests");
  }

  @Test
  void all_faults_of_a_stay_are_reported_at_once() {
    PlaceOrder order =
        new PlaceOrder(
            "h-1",
            List.of(room("double", 1), room("minibar", 1), room("none", 1)),
            Fulfilment.VISIT,
            null,
            null,
            null,
            "2026-12-24T15:00:00Z",
            "2026-12-25T15:00:00Z",
            null,
            null);
    assertThat(pointers(order, RoomFixtures.catalog(hotel("Asia/Seoul"))))
        .containsExactlyInAnyOrder("/from", "/to", "/stay", "/lines/1/menuId", "/lines/2/menuId");
  }

  @Test
  void a_stay_at_a_store_that_is_no_hotel_is_refused() {
    PlaceOrder order =
        request(new StayRequest("2026-12-24", "2026-12-25", 2), OrderFixtures.chicken());
    assertThat(pointers(order, CATALOG)).containsExactly("/stay");
  }

  @Test
  void a_room_type_at_a_store_that_is_no_hotel_is_refused() {
    Catalog hotel = RoomFixtures.catalog(hotel("Asia/Seoul"));
    Catalog shop =
        new Catalog("h-1", "o-1", "상점", "FOOD", true, OrderFixtures.STORE, null, hotel.menus());
    assertThat(pointers(OrderFixtures.request(Fulfilment.VISIT, room("double", 1)), shop))
        .containsExactly("/lines/0/menuId");
  }

  @Test
  void the_first_night_with_too_few_rooms_is_named() {
    Refusal full =
        refusal(
            () -> details(request("2026-12-23", "2026-12-27", 2, room("double", 1)), CHRISTMAS));
    assertThat(full.type()).isEqualTo("sold-out");
    assertThat(full.faults().get(0).pointer()).isEqualTo("/lines/0/menuId");
    assertThat(full.faults().get(0).detail()).contains("2026-12-25");
    Refusal few =
        refusal(
            () ->
                details(
                    request("2026-12-24", "2026-12-25", 6, room("suite", 1), room("double", 3)),
                    CHRISTMAS));
    assertThat(few.faults().get(0).pointer()).isEqualTo("/lines/1/quantity");
    assertThat(few.faults().get(0).detail()).contains("only 2 rooms").contains("2026-12-24");
  }

  @Test
  void the_night_of_the_departure_is_not_needed() {
    details(request("2026-12-24", "2026-12-25", 4, room("double", 2)), CHRISTMAS);
    details(request("2026-12-26", "2026-12-27", 2, room("double", 1)), CHRISTMAS);
  }

  @Test
  void a_total_over_the_maximum_is_refused() {
    PlaceOrder order = request("2026-12-24", "2027-01-23", 1, room("suite", 10_000));
    assertThat(pointers(order, RoomFixtures.catalog(hotel("Asia/Seoul"))))
        .containsExactly("/lines");
  }

  @Test
  void a_hotel_without_known_times_has_the_default_ones() {
    OrderDetails details =
        request("2026-12-24", "2026-12-25", 2, room("double", 1))
            .details("c-1", Optional.of(RoomFixtures.catalog(null)), NOON, PAY_WITHIN);
    assertThat(details.from()).isEqualTo(Instant.parse("2026-12-24T06:00:00Z"));
    assertThat(details.to()).isEqualTo(Instant.parse("2026-12-25T02:00:00Z"));
    assertThat(details.refundTerms()).isEmpty();
  }

  /** The hash of a request that was stored before stays existed. */
  @Test
  void the_hash_of_a_request_without_a_stay_is_as_before() {
    String before =
        "{\"storeId\":\"s-1\",\"lines\":[{\"menuId\":\"fried\",\"quantity\":2,\"options\":[]}],"
            + "\"fulfilment\":\"VISIT\",\"pickup\":null,\"address\":null,\"parcel\":null,"
            + "\"from\":null,\"to\":null,\"memo\":null}";
    PlaceOrder visit = OrderFixtures.request(Fulfilment.VISIT, OrderFixtures.chicken());
    assertThat(Digest.sha256(Json.encode(visit))).isEqualTo(Digest.sha256(before));
  }

  private static OrderDetails details(PlaceOrder order, Night... nightsOfDouble) {
    return order.details(
        "c-1",
        Optional.of(RoomFixtures.catalog(hotel("Asia/Seoul"), nightsOfDouble)),
        NOON,
        PAY_WITHIN);
  }

  private static List<String> pointers(PlaceOrder order, Catalog catalog) {
    Refusal refusal = refusal(() -> order.details("c-1", Optional.of(catalog), NOON, PAY_WITHIN));
    assertThat(refusal.kind()).isEqualTo(Refusal.Kind.INVALID);
    return refusal.faults().stream().map(Refusal.Fault::pointer).toList();
  }
}
