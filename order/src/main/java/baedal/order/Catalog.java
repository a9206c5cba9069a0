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
 * null in a copy that was stored before this field existed; the next event of the store sets it.
 */
record Catalog(
    String storeId,
    String ownerId,
    String name,
    String kind,
    boolean open,
    Address address,
    Map<String, Menu> menus) {

  /** The maximum total of an order, in won. Other services and the HTTP contracts rely on it. */
  static final long MAX_TOTAL = 10_000_000_000L;

  static final String NO_OPTION = "this menu has no such option: choose another";

  record Menu(String menuId, String name, long price, Integer stock, List<MenuOption> options) {

    /** Finds an option by its name, which must be in Unicode normalization form C. */
    Optional<MenuOption> option(String nfc) {
      return options.stream().filter(o -> Text.nfc(o.name()).equals(nfc)).findFirst();
    }
  }

  /** One line of a customer's request. Its texts are in Unicode normalization form C. */
  record RequestedLine(String menuId, int quantity, List<String> options) {

    RequestedLine {
      options = options == null ? List.of() : List.copyOf(options);
    }
  }

  /** The fault to report if this store does not offer the fulfilment; otherwise empty. */
  Optional<Refusal.Fault> fulfilmentFault(Fulfilment fulfilment) {
    List<Fulfilment> offered = offeredFulfilments();
    if (offered.contains(fulfilment)) {
      return Optional.empty();
    }
    String names = offered.stream().map(Enum::name).collect(Collectors.joining(" or "));
    return Optional.of(
        new Refusal.Fault("/fulfilment", "a store of kind " + kind + " offers only: " + names));
  }

  /** A store of an unknown kind offers every fulfilment. */
  private List<Fulfilment> offeredFulfilments() {
    return switch (kind == null ? "" : kind) {
      case "FOOD", "FURNITURE" -> List.of(Fulfilment.DELIVERY, Fulfilment.VISIT);
      case "COURIER" -> List.of(Fulfilment.COURIER);
      case "ROOM" -> List.of(Fulfilment.VISIT);
      default -> List.of(Fulfilment.values());
    };
  }

  /**
   * The lines with the prices of the menus. Refuses menus and options that this store does not
   * sell, and a total above {@link #MAX_TOTAL}. The refusal has a fault for each of them, with a
   * JSON pointer.
   */
  List<Line> price(List<RequestedLine> requested) {
    List<Refusal.Fault> faults = new ArrayList<>();
    List<Line> lines = price(requested, faults);
    if (!faults.isEmpty()) {
      throw Refusal.invalid(faults);
    }
    return lines;
  }

  /**
   * As {@link #price(List)}, but adds the faults to {@code faults} instead of throwing a refusal.
   */
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
              "the lines cost "
                  + total
                  + " won, and an order may cost at most "
                  + MAX_TOTAL
                  + " won: order less"));
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
   * Refuses lines that exceed the known stock. A menu whose stock is null is unlimited. An unpaid
   * order takes no stock, so two customers may still both pay for the last portion. The store
   * checks again when it opens the ticket.
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
                    "only "
                        + stock
                        + " of this menu can be sold, and "
                        + quantity
                        + " are ordered: order fewer")
                : new Refusal.Fault(
                    "/lines/" + i + "/menuId", "this menu is sold out: order something else"));
      }
    }
    if (!faults.isEmpty()) {
      throw Refusal.conflict(
          "sold-out",
          "the store has less stock than is ordered: order less, or something else",
          faults);
    }
  }

  private Optional<Line> price(
      RequestedLine requested, String pointer, List<Refusal.Fault> faults) {
    Menu menu = menus.get(requested.menuId());
    if (menu == null) {
      faults.add(
          new Refusal.Fault(
              pointer + "/menuId", "this store does not sell this menu: choose another"));
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
            List.of(),
            unitPrice * requested.quantity()));
  }
}
