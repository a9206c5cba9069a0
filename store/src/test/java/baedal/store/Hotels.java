package baedal.store;

import static baedal.store.Samples.NOON;
import static baedal.store.Samples.PLACE;

import baedal.events.Fulfilment;
import baedal.events.Line;
import baedal.events.OrderDetails;
import baedal.events.OrderDetailsBuilder;
import baedal.events.OrderEvent;
import baedal.events.PaymentMethod;
import baedal.events.Stay;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;

/** A sample hotel, its room types and reservations for the tests of this package. */
final class Hotels {

  static final Store HOTEL =
      Store.open("h-1", "o-1", "바다호텔", Store.Kind.ROOM, PLACE, null, NOON).state();

  /** The local date of the hotel at {@link Samples#NOON}. */
  static final LocalDate TODAY = LocalDate.of(2026, 11, 21);

  private Hotels() {}

  /** A form for a nightly menu of 89,000 won for two guests. */
  static MenuForm form(Integer rooms) {
    return form(rooms, new RoomForm(true, 2, Map.of(), null));
  }

  static MenuForm form(Integer rooms, RoomForm room) {
    return new MenuForm("디럭스", 89_000L, new MenuForm.Stock(rooms), List.of(), room);
  }

  static Menu menu(String menuId, int rooms) {
    return Menu.put(null, HOTEL, menuId, form(rooms), NOON).state();
  }

  /** A stay that begins {@code inDays} days after {@link #TODAY}. */
  static Stay stay(int inDays, int nights) {
    return new Stay(TODAY.plusDays(inDays), TODAY.plusDays(inDays + nights), 2);
  }

  static OrderEvent.Paid paid(String orderId, Stay stay, Line... lines) {
    OrderDetails details =
        OrderDetailsBuilder.builder(Samples.details(2, null, lines))
            .storeId("h-1")
            .storeName("바다호텔")
            .storeKind("ROOM")
            .fulfilment(Fulfilment.VISIT)
            .pickup(PLACE)
            .address(null)
            .stay(stay)
            .build();
    return new OrderEvent.Paid(orderId, details, "p-1", PaymentMethod.CARD, 0, NOON);
  }

  static OrderEvent.CancelRequested cancelRequested(String orderId) {
    return new OrderEvent.CancelRequested(orderId, "c-1", "h-1", "changed my mind", NOON);
  }
}
