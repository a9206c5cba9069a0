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
 * The lines of a paid order, compared with what was paid. A line keeps its price, whatever the
 * store asks for the menu by now, and so does an option that was paid, also when the customer
 * swapped it for another one since. Only a new option has the price of the catalogue. Lines from
 * before the prices of options were kept are judged by the catalogue alone.
 *
 * @param paid the lines as they are now
 * @param earlier the lines before each change of the paid order, the oldest first
 */
record PaidLines(List<Line> paid, List<List<Line>> earlier, Catalog catalog) {

  /** The same menus and quantities with other options; refuses all that cannot be judged. */
  List<Line> with(List<Catalog.Wanted> wanted) {
    if (!samePortions(paid, wanted)) {
      throw Refusal.conflict(
          "order-state",
          "the order is paid: its menus and quantities cannot change, only options at the same"
              + " price; cancel it and place a new order");
    }
    List<Refusal.Fault> faults = new ArrayList<>();
    List<Line> lines = new ArrayList<>();
    for (int i = 0; i < wanted.size(); i++) {
      lines.add(changed(i, wanted.get(i).options(), faults));
    }
    if (!faults.isEmpty()) {
      throw Refusal.invalid(faults);
    }
    return lines;
  }

  /** Whether the same quantities of the same menus are wanted, line by line. */
  static boolean samePortions(List<Line> lines, List<Catalog.Wanted> wanted) {
    return wanted.stream()
        .map(w -> w.menuId() + " " + w.quantity())
        .toList()
        .equals(lines.stream().map(l -> Text.nfc(l.menuId()) + " " + l.quantity()).toList());
  }

  private Line changed(int index, List<String> options, List<Refusal.Fault> faults) {
    Line line = paid.get(index);
    String pointer = "/lines/" + index + "/options";
    List<String> before = line.options().stream().map(Text::nfc).toList();
    if (new HashSet<>(options).equals(new HashSet<>(before))) {
      return line;
    }
    Map<String, Long> prices = prices(index);
    long unitPrice = line.unitPrice();
    for (String gone : without(before, options)) {
      Long price = prices.get(gone);
      if (price == null) {
        faults.add(
            new Refusal.Fault(
                pointer, "the price of " + gone + " is no longer known: keep this option"));
      } else {
        unitPrice -= price;
      }
    }
    for (String added : without(options, before)) {
      Long price = prices.get(added);
      if (price == null) {
        faults.add(new Refusal.Fault(pointer + "/" + options.indexOf(added), unknown(line)));
      } else {
        unitPrice += price;
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
        unitPrice * line.quantity());
  }

  /**
   * What each option costs on this line: as on the line now, else as it was paid, else as in the
   * catalogue; by its name in normalization form C.
   */
  private Map<String, Long> prices(int index) {
    Line line = paid.get(index);
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

  private String unknown(Line line) {
    return menu(line).isPresent()
        ? Catalog.NO_OPTION
        : "the store no longer sells this menu: only options that were paid can be kept";
  }

  private static Set<String> without(List<String> all, List<String> some) {
    Set<String> rest = new HashSet<>(all);
    rest.removeAll(new HashSet<>(some));
    return rest;
  }
}
