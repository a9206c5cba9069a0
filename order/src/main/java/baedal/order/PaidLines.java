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
 * store asks for the menu by now, and so does an option that was paid. Only a new option has the
 * price of the catalogue. Lines from before the prices of options were kept are judged by the
 * catalogue alone.
 */
record PaidLines(List<Line> paid, Catalog catalog) {

  /** The same menus and quantities with other options; refuses all that cannot be judged. */
  List<Line> with(List<Catalog.Wanted> wanted) {
    if (!samePortions(wanted)) {
      throw Refusal.conflict(
          "order-state",
          "the order is paid: its menus and quantities cannot change, only options at the same"
              + " price; cancel it and place a new order");
    }
    List<Refusal.Fault> faults = new ArrayList<>();
    List<Line> lines = new ArrayList<>();
    for (int i = 0; i < wanted.size(); i++) {
      lines.add(changed(paid.get(i), wanted.get(i).options(), "/lines/" + i + "/options", faults));
    }
    if (!faults.isEmpty()) {
      throw Refusal.invalid(faults);
    }
    return lines;
  }

  private boolean samePortions(List<Catalog.Wanted> wanted) {
    return wanted.stream()
        .map(w -> w.menuId() + " " + w.quantity())
        .toList()
        .equals(paid.stream().map(l -> Text.nfc(l.menuId()) + " " + l.quantity()).toList());
  }

  private Line changed(
      Line line, List<String> options, String pointer, List<Refusal.Fault> faults) {
    List<String> before = line.options().stream().map(Text::nfc).toList();
    if (new HashSet<>(options).equals(new HashSet<>(before))) {
      return line;
    }
    Map<String, Long> prices = prices(line);
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
   * What was paid for an option, else what the store asks for it by now; by its name in
   * normalization form C.
   */
  private Map<String, Long> prices(Line line) {
    Map<String, Long> prices = new HashMap<>();
    menu(line)
        .ifPresent(menu -> menu.options().forEach(o -> prices.put(Text.nfc(o.name()), o.price())));
    for (int i = 0; i < line.optionPrices().size(); i++) {
      prices.put(Text.nfc(line.options().get(i)), line.optionPrices().get(i));
    }
    return prices;
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
