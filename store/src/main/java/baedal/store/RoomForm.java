package baedal.store;

import baedal.runtime.Refusal;
import baedal.runtime.Refusal.Fault;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The fields of a nightly menu that a request sets; part of a {@link MenuForm}. A null field means
 * no change.
 *
 * @param attributes a null value removes the attribute
 * @param prices in won, by night; a null value removes the night's own price
 */
record RoomForm(
    Boolean nightly,
    Integer maxGuests,
    Map<String, String> attributes,
    Map<LocalDate, Long> prices) {

  static final RoomForm EMPTY = new RoomForm(null, null, null, null);

  /** Maximum number of attributes of a room type; {@code openapi.yaml} has the same number. */
  private static final int MAX_ATTRIBUTES = 20;

  /** Stays are booked at most 365 days ahead, for 30 nights at most. */
  private static final int PRICES_AHEAD_DAYS = 395;

  /** The nights whose price the form sets. */
  Collection<LocalDate> dates() {
    return prices == null ? List.of() : prices.keySet();
  }

  /** The room type after a PUT: replaces all fields apart from the nights. */
  RoomType put(Menu before, Store store, Integer stock, Instant now) {
    return apply(before, store, stock, true, now);
  }

  /** The room type after a PATCH. */
  RoomType patch(Menu before, Store store, Integer stock, Instant now) {
    return apply(before, store, stock, false, now);
  }

  /**
   * Returns null if the menu is not nightly afterwards. Only a store of kind ROOM has nightly
   * menus, and a menu that is put there must be nightly.
   *
   * @param stock the stock of the menu after the change
   */
  private RoomType apply(Menu before, Store store, Integer stock, boolean replace, Instant now) {
    boolean wasNightly = before.room() != null;
    boolean isNightly = nightly == null ? wasNightly : nightly;
    List<Fault> faults = new ArrayList<>();
    if (store.kind() != Store.Kind.ROOM) {
      refuseFields("is only for a menu of a store of kind ROOM", faults);
    } else if (!isNightly && (replace || nightly != null)) {
      faults.add(new Fault("/nightly", "must be true: this store sells rooms by the night"));
    } else if (!isNightly) {
      refuseFields("needs nightly true", faults);
    }
    if (!faults.isEmpty()) {
      throw Refusal.invalid(faults);
    }
    if (!isNightly) {
      return null;
    }
    if (!wasNightly && before.held() > 0) {
      throw Refusal.conflict(
          "menu-reserved",
          "orders hold %d of this menu: change nightly when they are finished"
              .formatted(before.held()));
    }
    LocalDate today = store.today(now);
    RoomType known =
        wasNightly ? before.room() : new RoomType(0, new TreeMap<>(), RoomNights.EMPTY, List.of());
    RoomType room = with(replace, known, stock, today).from(RoomBooking.firstKept(today));
    if (!stock.equals(before.stock())) {
      room.requireRooms(stock, today);
    }
    return room;
  }

  private void refuseFields(String detail, List<Fault> faults) {
    if (nightly != null && nightly) {
      faults.add(new Fault("/nightly", detail));
    }
    if (maxGuests != null) {
      faults.add(new Fault("/maxGuests", detail));
    }
    if (attributes != null) {
      faults.add(new Fault("/attributes", detail));
    }
    if (prices != null) {
      faults.add(new Fault("/prices", detail));
    }
  }

  private RoomType with(boolean replace, RoomType before, Integer stock, LocalDate today) {
    List<Fault> faults = new ArrayList<>();
    int guests = maxGuests != null ? maxGuests : replace ? 0 : before.maxGuests();
    if (stock == null) {
      faults.add(new Fault("/stock", "must be the number of rooms of this type"));
    }
    if (guests == 0) {
      faults.add(new Fault("/maxGuests", "is required for a nightly menu"));
    }
    LocalDate last = today.plusDays(PRICES_AHEAD_DAYS);
    for (LocalDate date : dates()) {
      if (date.isBefore(today) || date.isAfter(last)) {
        faults.add(new Fault("/prices/" + date, "must be from " + today + " to " + last));
      }
    }
    SortedMap<String, String> texts = new TreeMap<>(replace ? Map.of() : before.attributes());
    if (attributes != null) {
      attributes.forEach((name, text) -> texts.compute(name, (n, old) -> text));
    }
    if (texts.size() > MAX_ATTRIBUTES) {
      faults.add(new Fault("/attributes", "must be at most " + MAX_ATTRIBUTES));
    }
    if (!faults.isEmpty()) {
      throw Refusal.invalid(faults);
    }
    RoomNights nights = prices == null ? before.nights() : before.nights().withPrices(prices);
    return new RoomType(guests, texts, nights, before.givenBack());
  }
}
