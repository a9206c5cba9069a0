package baedal.order;

import baedal.events.Address;
import baedal.events.Fulfilment;
import baedal.events.Hotel;
import baedal.events.Line;
import baedal.events.Stay;
import baedal.events.StoreEvent.MenuOption;
import baedal.events.StoreEvent.Night;
import baedal.runtime.Refusal;
import baedal.runtime.Text;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The order service's own copy of one store and of the menus that a request names. {@code kind} is
 * null in a copy that was stored before this field existed; the next event of the store sets it.
 * {@code hotel} is null unless the kind is ROOM. It is {@link Hotel#DEFAULT} until the hotel's own
 * times and terms are known.
 */
record Catalog(
    String storeId,
    String ownerId,
    String name,
    String kind,
    boolean open,
    Address address,
    Hotel hotel,
    Map<String, Menu> menus) {

  /** The maximum total of an order, in won. Other services and the HTTP contracts rely on it. */
  static final long MAX_TOTAL = 10_000_000_000L;

  static final String NO_OPTION = "this menu has no such option: choose another";

  Catalog {
    hotel = isHotel(kind) && hotel == null ? Hotel.DEFAULT : hotel;
  }

  /**
   * A menu; {@code nightly} if it is a room type, which is sold by the night.
   *
   * @param price for a room type, of each night without a price of its own
   * @param stock for a room type, the number of rooms, free or not
   * @param maxGuests for each room; null unless {@code nightly}
   * @param nights the known nights of a room type; on any other night all rooms are free
   */
  record Menu(
      String menuId,
      String name,
      long price,
      Integer stock,
      List<MenuOption> options,
      boolean nightly,
      Integer maxGuests,
      Map<LocalDate, Night> nights) {

    long priceOf(LocalDate night) {
      Night known = nights.get(night);
      return known == null || known.price() == null ? price : known.price();
    }

    int freeRooms(LocalDate night) {
      Night known = nights.get(night);
      return known == null ? stock : stock - known.taken();
    }

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

  boolean isHotel() {
    return isHotel(kind);
  }

  private static boolean isHotel(String kind) {
    return "ROOM".equals(kind);
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
   * sell, too many guests, and a total above {@link #MAX_TOTAL}. The refusal has a fault for each
   * of them, with a JSON pointer.
   *
   * @param stay null unless the order reserves rooms
   */
  List<Line> price(List<RequestedLine> requested, Stay stay) {
    if (isHotel() && stay == null) {
      throw Refusal.invalid(
          "/lines", "the order has no stay: place a new order with a stay for other rooms");
    }
    List<Refusal.Fault> faults = new ArrayList<>();
    List<Line> lines = price(requested, stay, "/lines", faults);
    if (!faults.isEmpty()) {
      throw Refusal.invalid(faults);
    }
    return lines;
  }

  /**
   * As {@link #price(List, Stay)}, but adds the faults to {@code faults} instead of throwing a
   * refusal. The lines of a hotel have no price if {@code stay} is null because of its own faults.
   *
   * @param guestsPointer the field to which the fault of too many guests points
   */
  List<Line> price(
      List<RequestedLine> requested, Stay stay, String guestsPointer, List<Refusal.Fault> faults) {
    List<LocalDate> nights = stay == null ? List.of() : stay.nights();
    List<Line> lines = new ArrayList<>();
    for (int i = 0; i < requested.size(); i++) {
      price(requested.get(i), nights, "/lines/" + i, faults).ifPresent(lines::add);
    }
    if (stay != null && lines.size() == requested.size()) {
      guestsFault(lines, stay, guestsPointer).ifPresent(faults::add);
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

  /** As {@link #price(List, Stay)}; also refuses lines that exceed the known stock. */
  List<Line> priceInStock(List<RequestedLine> requested, Stay stay) {
    List<Line> lines = price(requested, stay);
    new StockCheck(menus, stay).require(lines);
    return lines;
  }

  private Optional<Refusal.Fault> guestsFault(List<Line> lines, Stay stay, String pointer) {
    long beds =
        lines.stream()
            .mapToLong(l -> (long) l.quantity() * menus.get(l.menuId()).maxGuests())
            .sum();
    return stay.guests() <= beds
        ? Optional.empty()
        : Optional.of(
            new Refusal.Fault(
                pointer,
                "the ordered rooms are for at most "
                    + beds
                    + " guests, and the stay has "
                    + stay.guests()
                    + ": order more rooms"));
  }

  private Optional<Line> price(
      RequestedLine requested, List<LocalDate> nights, String pointer, List<Refusal.Fault> faults) {
    Menu menu = menus.get(requested.menuId());
    if (menu == null) {
      faults.add(
          new Refusal.Fault(
              pointer + "/menuId", "this store does not sell this menu: choose another"));
      return Optional.empty();
    }
    if (menu.nightly() != isHotel()) {
      faults.add(
          new Refusal.Fault(
              pointer + "/menuId",
              isHotel()
                  ? "this menu is not a room type: a hotel sells only rooms by the night"
                  : "this menu is a room type, and only a hotel sells rooms: choose another"));
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
    long options = prices.stream().mapToLong(Long::longValue).sum();
    List<Long> nightPrices = nights.stream().map(menu::priceOf).toList();
    long unitPrice =
        isHotel()
            ? nightPrices.stream().mapToLong(night -> night + options).sum()
            : menu.price() + options;
    return Optional.of(
        new Line(
            menu.menuId(),
            menu.name(),
            requested.quantity(),
            unitPrice,
            requested.options(),
            prices,
            nightPrices,
            unitPrice * requested.quantity()));
  }
}
