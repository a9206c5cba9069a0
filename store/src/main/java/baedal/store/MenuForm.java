package baedal.store;

import baedal.events.StoreEvent.MenuOption;
import java.util.List;

/**
 * The fields of a menu that a request sets; {@link MenuApi} makes it for {@link Menu}. {@link
 * Menu#revise} leaves a field unchanged if it is null here. {@link Menu#put} needs a name and a
 * price; null options are no options.
 */
record MenuForm(String name, Long price, Stock stock, List<MenuOption> options) {

  /** A new stock. {@code free} is the number that is free to sell; null makes it unlimited. */
  record Stock(Integer free) {}

  Integer stockAfter(Integer before) {
    return stock == null ? before : stock.free();
  }
}
