package baedal.order;

import static baedal.order.OrderFixtures.NOON;
import static baedal.order.OrderFixtures.PAY_WITHIN;

import baedal.events.Fulfilment;
import baedal.events.Hotel;
import baedal.events.PaymentMethod;
import baedal.events.RefundTerm;
import baedal.events.StoreEvent.MenuOption;
import baedal.events.StoreEvent.Night;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The hotel, the rooms and the stays of the tests in this package. */
final class RoomFixtures {

  static final List<RefundTerm> TERMS =
      List.of(new RefundTerm(48, 100), new RefundTerm(24, 50), new RefundTerm(6, 10));

  private RoomFixtures() {}

  static Hotel hotel(String timeZone, RefundTerm... terms) {
    return new Hotel(timeZone, LocalTime.of(15, 0), LocalTime.of(11, 0), List.of(terms));
  }

  /** A hotel with five double rooms for 100,000 won and two suites for four guests. */
  static Catalog catalog(Hotel hotel, Night... nightsOfDouble) {
    return new Catalog(
        "h-1",
        "o-1",
        "한옥스테이",
        "ROOM",
        true,
        OrderFixtures.STORE,
        hotel,
        Map.of(
            "double",
            room(
                "double",
                100_000,
                5,
                2,
                nightsOfDouble,
                new MenuOption("조식", 10_000),
                new MenuOption("석식", 10_000)),
            "suite",
            room("suite", 300_000, 2, 4, new Night[0]),
            "minibar",
            OrderFixtures.menu("minibar", "미니바", 5_000, null)));
  }

  private static Catalog.Menu room(
      String id, long price, int rooms, int maxGuests, Night[] nights, MenuOption... options) {
    return new Catalog.Menu(
        id,
        id,
        price,
        rooms,
        List.of(options),
        true,
        maxGuests,
        Arrays.stream(nights).collect(Collectors.toMap(Night::date, Function.identity())));
  }

  static Catalog.RequestedLine room(String menuId, int quantity, String... options) {
    return new Catalog.RequestedLine(menuId, quantity, List.of(options));
  }

  static PlaceOrder request(
      String checkIn, String checkOut, int guests, Catalog.RequestedLine... lines) {
    return request(new StayRequest(checkIn, checkOut, guests), lines);
  }

  static PlaceOrder request(StayRequest stay, Catalog.RequestedLine... lines) {
    return new PlaceOrder(
        "h-1", List.of(lines), Fulfilment.VISIT, null, null, null, null, null, stay, null);
  }

  /** One double room, placed at {@code now}. */
  static Order placed(Hotel hotel, String checkIn, String checkOut, Instant now) {
    return Order.place(
            "order-1",
            request(checkIn, checkOut, 2, room("double", 1))
                .details("c-1", Optional.of(catalog(hotel)), now, PAY_WITHIN))
        .state();
  }

  /**
   * A paid stay of two nights for 200,000 won with {@link #TERMS}. Its check-in time is 2026-12-24
   * 15:00 in Seoul, which is 06:00 UTC.
   */
  static Order paid() {
    Hotel hotel = hotel("Asia/Seoul", TERMS.toArray(RefundTerm[]::new));
    return OrderFixtures.paid(placed(hotel, "2026-12-24", "2026-12-26", NOON), PaymentMethod.CARD);
  }

  static Night night(String date, int taken, Long price) {
    return new Night(LocalDate.parse(date), taken, price);
  }
}
