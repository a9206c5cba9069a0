package baedal.store;

import baedal.events.StoreEvent.MenuOption;
import java.util.List;

/**
 * The fields of a menu that a request sets. {@link MenuRequest} creates a form, and {@link Menu}
 * applies it. For {@link Menu#revise} a null field means no change. {@link Menu#put} needs a name
 * and a price; null options mean that the menu has no options.
 *
 * @param room never null
 */
record MenuForm(String name, Long price, Stock stock, List<MenuOption> options, RoomForm room) {

  /**
   * A new stock. {@code free} is the number of items that can be sold, or of the rooms of a nightly
   * menu; null makes the stock unlimited.
   */
  record Stock(Integer free) {}

  Integer stockAfter(Integer before) {
    return stock == null ? before : stock.free();
  }
}
