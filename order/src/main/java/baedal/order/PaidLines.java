package baedal.order;

import baedal.events.Line;
import baedal.runtime.Refusal;
import baedal.runtime.Text;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Computes the prices of the lines of a paid order when the customer chooses other options. A line
 * keeps the price that was paid, even if the store has changed the price of the menu. An option
 * that was paid keeps its price, too, even if the customer has replaced it and chooses it again.
 * Only a new option gets the price of the catalog. An option of a room is paid for each night.
 * Earlier versions of the code stored orders without the prices of their options; such an order
 * gets these prices from the catalog.
 *
 * @param present the lines as they are now
 * @param earlier the lines before each change of the paid order, the oldest first
 */
record PaidLines(List<Line> present, List<List<Line>> earlier, Catalog catalog) {

  /**
   * The paid lines, with the requested options. Refuses a request that has other menus or
   * quantities than the paid lines, or that adds or removes an option without a known price.
   */
  List<Line> withOptions(List<Catalog.RequestedLine> requested) {
    if (!sameQuantities(present, requested)) {
      throw Refusal.conflict(
          StateRefusals.TYPE,
          "the order is paid: its menus and quantities cannot change, only options at the same"
              + " price; to change more, cancel it and place a new order");
    }
    List<Refusal.Fault> faults = new ArrayList<>();
    List<Line> lines = new ArrayList<>();
    for (int i = 0; i < requested.size(); i++) {
      lines.add(withOptions(i, requested.get(i).options(), faults));
    }
    if (!faults.isEmpty()) {
      throw Refusal.invalid(faults);
    }
    return lines;
  }

  /** Whether each requested line has the menu and the quantity of the line with the same index. */
  static boolean sameQuantities(List<Line> lines, List<Catalog.RequestedLine> requested) {
    return requested.stream()
        .map(r -> r.menuId() + " " + r.quantity())
        .toList()
        .equals(lines.stream().map(l -> Text.nfc(l.menuId()) + " " + l.quantity()).toList());
  }

  private Line withOptions(int index, List<String> options, List<Refusal.Fault> faults) {
    Line line = present.get(index);
    String pointer = "/lines/" + index + "/options";
    List<String> before = line.options().stream().map(Text::nfc).toList();
    if (new HashSet<>(options).equals(new HashSet<>(before))) {
      return line;
    }
    Map<String, Long> prices = prices(index);
    int times = Math.max(1, line.nightPrices().size());
    long unitPrice = line.unitPrice();
    for (String removed : without(before, options)) {
      Long price = prices.get(removed);
      if (price == null) {
        faults.add(
            new Refusal.Fault(
                pointer, "the price of " + removed + " is no longer known: keep this option"));
      } else {
        unitPrice -= price * times;
      }
    }
    for (String added : without(options, before)) {
      Long price = prices.get(added);
      if (price == null) {
        faults.add(new Refusal.Fault(pointer + "/" + options.indexOf(added), noPrice(line)));
      } else {
        unitPrice += price * times;
      }
    }
    boolean known = prices.keySet().containsAll(options);
    return new Line(
        line.menuId(),
        line.name(),
        line.quantity(),
        unitPrice,
        options,
        known ? options.stream().map(prices::get).toList() : List.of(),
        line.nightPrices(),
        unitPrice * line.quantity());
  }

  /**
   * The known prices of the options of the menu on line {@code index}. The key is the option's name
   * in Unicode normalization form C (NFC). The price comes from the present line; else from the
   * oldest earlier line that has this option; else from the catalog.
   */
  private Map<String, Long> prices(int index) {
    Line line = present.get(index);
    Map<String, Long> prices = new HashMap<>();
    menu(line)
        .ifPresent(menu -> menu.options().forEach(o -> prices.put(Text.nfc(o.name()), o.price())));
    for (int i = earlier.size() - 1; i >= 0; i--) {
      putPrices(earlier.get(i).get(index), prices);
    }
    putPrices(line, prices);
    return prices;
  }

  private static void putPrices(Line line, Map<String, Long> prices) {
    for (int i = 0; i < line.optionPrices().size(); i++) {
      prices.put(Text.nfc(line.options().get(i)), line.optionPrices().get(i));
    }
  }

  private Optional<Catalog.Menu> menu(Line line) {
    return Optional.ofNullable(catalog.menus().get(line.menuId()));
  }

  private String noPrice(Line line) {
    return menu(line).isPresent()
        ? Catalog.NO_OPTION
        : "the store no longer sells this menu: choose only options that were paid";
  }

  private static Set<String> without(List<String> all, List<String> some) {
    Set<String> rest = new HashSet<>(all);
    rest.removeAll(new HashSet<>(some));
    return rest;
  }
}
