package baedal.store;

import baedal.events.Stay;
import baedal.events.StoreEvent.MenuOption;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;

/**
 * The JSON of a menu. Prices are in won.
 *
 * @param price for a nightly menu, the price of each night that has no price of its own
 * @param stock the number of items that can still be sold; null if the stock is unlimited; for a
 *     nightly menu, the number of rooms, taken or not
 * @param held the number of items that orders have taken and the store has not cooked yet
 * @param maxGuests null unless the menu is nightly
 * @param prices the nights with a price of their own
 * @param available how many rooms are free on every night of the requested stay; 0 if the guests do
 *     not fit into one room; null unless the request has a stay and the menu is nightly
 * @param total the number of rooms; null when {@code available} is null
 * @param stayPrice the price of one room for the requested stay without options; null when {@code
 *     available} is null
 */
record MenuView(
    String menuId,
    String name,
    long price,
    Integer stock,
    int held,
    List<MenuOption> options,
    boolean nightly,
    Integer maxGuests,
    Map<String, String> attributes,
    Map<LocalDate, Long> prices,
    Integer available,
    Integer total,
    Long stayPrice) {

  /** Answers that older versions saved for an idempotency key have no attributes and prices. */
  MenuView {
    attributes = attributes == null ? Map.of() : attributes;
    prices = prices == null ? Map.of() : prices;
  }

  static MenuView of(Menu menu) {
    return of(menu, null);
  }

  /** {@code stay} may be null. */
  static MenuView of(Menu menu, Stay stay) {
    RoomType room = menu.room();
    boolean asked = room != null && stay != null;
    return new MenuView(
        menu.menuId(),
        menu.name(),
        menu.price(),
        menu.stock(),
        menu.held(),
        menu.options(),
        room != null,
        room == null ? null : room.maxGuests(),
        room == null ? Map.of() : room.attributes(),
        room == null ? Map.of() : room.nights().prices(),
        asked ? available(menu, stay) : null,
        asked ? menu.stock() : null,
        asked ? Long.valueOf(room.nights().price(menu.price(), stay.nights())) : null);
  }

  private static Integer available(Menu menu, Stay stay) {
    return stay.guests() > menu.room().maxGuests()
        ? 0
        : menu.room().nights().free(menu.stock(), stay.nights());
  }
}
