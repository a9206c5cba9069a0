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
 * The order service's own copy of one store and of the menus that a request names. {@code kind} is
 * null until the store service announces it.
 */
record Catalog(
    String storeId,
    String ownerId,
    String name,
    String kind,
    boolean open,
    Address address,
    Map<String, Menu> menus) {

  /** The maximum total of an order in won: payment, riders and the contracts rely on it. */
  static final long MAX_TOTAL = 10_000_000_000L;

  static final String NO_OPTION = "this menu has no such option";

  record Menu(String menuId, String name, long price, Integer stock, List<MenuOption> options) {

    /** By its name in normalization form C. */
    Optional<MenuOption> option(String nfc) {
      return options.stream().filter(o -> Text.nfc(o.name()).equals(nfc)).findFirst();
    }
  }

  /** One line of a customer's request; its texts are in normalization form C. */
  record RequestedLine(String menuId, int quantity, List<String> options) {

    RequestedLine {
      options = options == null ? List.of() : List.copyOf(options);
    }
  }

  /** The fault of a fulfilment that a store of this kind does not offer; empty if it does. */
  Optional<Refusal.Fault> fulfilmentFault(Fulfilment fulfilment) {
    List<Fulfilment> offered = offeredFulfilments();
    if (offered.contains(fulfilment)) {
      return Optional.empty();
    }
    String names = offered.stream().map(Enum::name).collect(Collectors.joining(" or "));
    return Optional.of(
        new Refusal.Fault("/fulfilment", "a store of kind " + kind + " offers only: " + names));
  }

  /** A store of an unknown kind offers them all. */
  private List<Fulfilment> offeredFulfilments() {
    return switch (kind == null ? "" : kind) {
      case "FOOD", "FURNITURE" -> List.of(Fulfilment.DELIVERY, Fulfilment.VISIT);
      case "COURIER" -> List.of(Fulfilment.COURIER);
      case "ROOM" -> List.of(Fulfilment.VISIT);
      default -> List.of(Fulfilment.values());
    };
  }

  /** The lines with their prices; refuses what this store does not sell, each with its pointer. */
  List<Line> price(List<RequestedLine> requested) {
    List<Refusal.Fault> faults = new ArrayList<>();
    List<Line> lines = price(requested, faults);
    if (!faults.isEmpty()) {
      throw Refusal.invalid(faults);
    }
    return lines;
  }

  /** As {@link #price(List)}, but adds the faults to {@code faults} instead of refusing. */
  List<Line> price(List<RequestedLine> requested, List<Refusal.Fault> faults) {
    List<Line> lines = new ArrayList<>();
    for (int i = 0; i < requested.size(); i++) {
      price(requested.get(i), "/lines/" + i, faults).ifPresent(lines::add);
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

  /** As {@link #price(List)}; also refuses lines that exceed the known stock. */
  List<Line> priceInStock(List<RequestedLine> requested) {
    List<Line> lines = price(requested);
    requireStock(lines);
    return lines;
  }

  /**
   * Refuses lines that exceed the known stock of a counted menu. An unpaid order takes no stock, so
   * two customers may still both pay for the last portion. The store checks again when it opens the
   * ticket.
   */
  void requireStock(List<Line> lines) {
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

  private Optional<Line> price(
      RequestedLine requested, String pointer, List<Refusal.Fault> faults) {
    Menu menu = menus.get(requested.menuId());
    if (menu == null) {
      faults.add(new Refusal.Fault(pointer + "/menuId", "this store sells no such menu"));
      return Optional.empty();
    }
    List<Long> prices = new ArrayList<>();
    for (int i = 0; i < requested.options().size(); i++) {
      Optional<MenuOption> option = menu.option(requested.options().get(i));
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
            requested.quantity(),
            unitPrice,
            requested.options(),
            prices,
            unitPrice * requested.quantity()));
  }
}
