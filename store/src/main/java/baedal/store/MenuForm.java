package baedal.store;

import baedal.events.StoreEvent.MenuOption;
import java.util.List;

/**
 * What an owner writes about a menu. A part that is null stays as it is; a new menu needs a name
 * and a price, and has unlimited stock and no options unless the form has them.
 */
record MenuForm(String name, Long price, Stock stock, List<MenuOption> options) {

  /** How many are free to sell: null is unlimited. */
  record Stock(Integer free) {}

  Integer stockAfter(Integer before) {
    return stock == null ? before : stock.free();
  }
}
