package baedal.order;

import baedal.events.Address;
import baedal.events.Fulfilment;
import baedal.events.Line;
import baedal.events.StoreEvent.MenuOption;
import baedal.runtime.Refusal;
import baedal.runtime.Text;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The order service's own copy of one store and those of its menus that an order asks for. {@code
 * kind} is null until the store service announced it.
 */
record Catalog(
    String storeId,
    String ownerId,
    String name,
    String kind,
    boolean open,
    Address address,
    Map<String, Menu> menus) {

  /** Won. No order comes to more: payment, riders and the contracts count on it. */
  static final long MAX_TOTAL = 10_000_000_000L;

  static final String NO_OPTION = "this menu has no such option";

  record Menu(String menuId, String name, long price, Integer stock, List<MenuOption> options) {

    /** By its name in normalization form C. */
    Optional<MenuOption> option(String nfc) {
      return options.stream().filter(o -> Text.nfc(o.name()).equals(nfc)).findFirst();
    }
  }

  /** One line as a customer asks for it; its texts are in normalization form C. */
  record Wanted(String menuId, int quantity, List<String> options) {

    Wanted {
      options = options == null ? List.of() : List.copyOf(options);
    }
  }

  /** What is wrong with this fulfilment at a store of this kind; empty when it is offered. */
  Optional<Refusal.Fault> fault(Fulfilment fulfilment) {
    List<Fulfilment> offered = offered();
    if (offered.contains(fulfilment)) {
      return Optional.empty();
    }
    String names = offered.stream().map(Enum::name).collect(Collectors.joining(" or "));
    return Optional.of(
        new Refusal.Fault("/fulfilment", "a store of kind " + kind + " offers only: " + names));
  }

  /** By the kind as store events name it. A kind that is not known rules out nothing. */
  private List<Fulfilment> offered() {
    return switch (kind == null ? "" : kind) {
      case "FOOD", "FURNITURE" -> List.of(Fulfilment.DELIVERY, Fulfilment.VISIT);
      case "COURIER" -> List.of(Fulfilment.COURIER);
      case "ROOM" -> List.of(Fulfilment.VISIT);
      default -> List.of(Fulfilment.values());
    };
  }

  /** What the lines cost; refuses all that this store does not sell, each with its pointer. */
  List<Line> price(List<Wanted> wanted) {
    List<Refusal.Fault> faults = new ArrayList<>();
    List<Line> lines = price(wanted, faults);
    if (!faults.isEmpty()) {
      throw Refusal.invalid(faults);
    }
    return lines;
  }

  /** As {@link #price(List)}, adding what is wrong to the faults found so far. */
  List<Line> price(List<Wanted> wanted, List<Refusal.Fault> faults) {
    List<Line> lines = new ArrayList<>();
    for (int i = 0; i < wanted.size(); i++) {
      price(wanted.get(i), "/lines/" + i, faults).ifPresent(lines::add);
    }
    long total = lines.stream().mapToLong(Line::amount).sum();
    if (total > MAX_TOTAL) {
      faults.add(
          new Refusal.Fault(
              "/lines",
              "these come to "
                  + total
                  + " won, and an order to "
                  + MAX_TOTAL
                  + " at most: order less"));
    }
    return lines;
  }

  /** As {@link #price(List)}; refuses lines of which the known stock is not enough, too. */
  List<Line> priceInStock(List<Wanted> wanted) {
    List<Line> lines = price(wanted);
    needStock(lines);
    return lines;
  }

  /**
   * Refuses lines that ask for more of a counted menu than is known to be free to sell. Orders that
   * are not paid yet have taken nothing, and the ticket is the final check: two customers may still
   * both pay for the last portion.
   */
  void needStock(List<Line> lines) {
    Map<String, Integer> quantities = new HashMap<>();
    lines.forEach(line -> quantities.merge(line.menuId(), line.quantity(), Integer::sum));
    List<Refusal.Fault> faults = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String menuId = lines.get(i).menuId();
      Integer stock = menus.get(menuId).stock();
      int quantity = quantities.get(menuId);
      if (stock != null && stock < quantity) {
        faults.add(
            stock > 0
                ? new Refusal.Fault(
                    "/lines/" + i + "/quantity",
                    "only " + stock + " are left, and " + quantity + " are ordered: order less")
                : new Refusal.Fault(
                    "/lines/" + i + "/menuId", "this menu is sold out: order something else"));
      }
    }
    if (!faults.isEmpty()) {
      throw Refusal.conflict("sold-out", "the store has too few of what is ordered", faults);
    }
  }

  private Optional<Line> price(Wanted wanted, String pointer, List<Refusal.Fault> faults) {
    Menu menu = menus.get(wanted.menuId());
    if (menu == null) {
      faults.add(new Refusal.Fault(pointer + "/menuId", "this store sells no such menu"));
      return Optional.empty();
    }
    List<Long> prices = new ArrayList<>();
    for (int i = 0; i < wanted.options().size(); i++) {
      Optional<MenuOption> option = menu.option(wanted.options().get(i));
      if (option.isEmpty()) {
        faults.add(new Refusal.Fault(pointer + "/options/" + i, NO_OPTION));
      } else {
        prices.add(option.get().price());
      }
    }
    long unitPrice = menu.price() + prices.stream().mapToLong(Long::longValue).sum();
    return Optional.of(
        new Line(
            menu.menuId(),
            menu.name(),
            wanted.quantity(),
            unitPrice,
            wanted.options(),
            prices,
            unitPrice * wanted.quantity()));
  }
}
