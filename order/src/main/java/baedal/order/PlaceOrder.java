package baedal.order;

import baedal.events.Address;
import baedal.events.Fulfilment;
import baedal.events.Hotel;
import baedal.events.Line;
import baedal.events.OrderDetails;
import baedal.events.Parcel;
import baedal.events.Stay;
import baedal.runtime.Refusal;
import baedal.runtime.Text;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The body of {@code POST /orders}. Its component names are the field names of the request, and
 * part of the hash that is stored with an idempotency key. A missing {@code stay} is not part of
 * the hash, so that keys that are older than this field keep their response.
 */
record PlaceOrder(
    String storeId,
    List<Catalog.RequestedLine> lines,
    Fulfilment fulfilment,
    Address pickup,
    Address address,
    Parcel parcel,
    String from,
    String to,
    @JsonInclude(JsonInclude.Include.NON_NULL) StayRequest stay,
    String memo) {

  /** The nights whose prices and counts the order needs. */
  List<LocalDate> nights() {
    return stay == null ? List.of() : stay.nights();
  }

  /**
   * The details of the new order, with the prices of {@code store}. An empty {@code store} is one
   * that does not exist. Checks all fields first and reports all their faults at once, then refuses
   * a closed store, then sold-out lines.
   */
  OrderDetails details(
      String customerId, Optional<Catalog> store, Instant now, Duration payWithin) {
    List<Refusal.Fault> faults = new ArrayList<>();
    Instant begin = instant(from, "/from", faults);
    Instant end = instant(to, "/to", faults);
    if (begin != null && end != null && !end.isAfter(begin)) {
      faults.add(new Refusal.Fault("/to", "must be later than from"));
    }
    if (store.isEmpty()) {
      faults.add(new Refusal.Fault("/storeId", "there is no such store: choose another"));
    }
    store.flatMap(catalog -> catalog.fulfilmentFault(fulfilment)).ifPresent(faults::add);
    Stay reserved = store.map(catalog -> reserve(catalog, now, faults)).orElse(null);
    List<Line> priced =
        store
            .map(catalog -> catalog.price(lines, reserved, "/stay/guests", faults))
            .orElse(List.of());
    if (!faults.isEmpty()) {
      throw Refusal.invalid(faults);
    }
    Catalog catalog = store.orElseThrow();
    if (!catalog.open()) {
      throw Refusal.conflict("store-closed", "the store is closed: order again when it is open");
    }
    new StockCheck(catalog.menus(), reserved).require(priced);
    Hotel hotel = catalog.hotel();
    Instant visitBegin =
        reserved == null ? begin : instant(reserved.checkIn(), hotel.checkInTime(), hotel);
    Instant visitEnd =
        reserved == null ? end : instant(reserved.checkOut(), hotel.checkOutTime(), hotel);
    boolean visit = fulfilment == Fulfilment.VISIT;
    boolean courier = fulfilment == Fulfilment.COURIER;
    long total = priced.stream().mapToLong(Line::amount).sum();
    return new OrderDetails(
        customerId,
        storeId,
        catalog.name(),
        catalog.kind(),
        priced,
        fulfilment,
        courier ? pickup : catalog.address(),
        visit ? null : address,
        courier ? withoutBlankDescription(parcel) : null,
        visit ? visitBegin : null,
        visit ? visitEnd : null,
        reserved,
        reserved == null ? List.of() : hotel.refundTerms(),
        Text.orNull(memo),
        null,
        total,
        0,
        total,
        1,
        now,
        now.plus(payWithin));
  }

  /**
   * The nights to reserve. Null if the store is no hotel, or if the stay has faults, which are then
   * added to {@code faults}.
   */
  private Stay reserve(Catalog catalog, Instant now, List<Refusal.Fault> faults) {
    if (!catalog.isHotel()) {
      if (stay != null) {
        faults.add(
            new Refusal.Fault("/stay", "only a store of kind ROOM takes a stay: leave it out"));
      }
      return null;
    }
    refuseTime(from, "/from", faults);
    refuseTime(to, "/to", faults);
    if (stay == null) {
      faults.add(
          new Refusal.Fault("/stay", "a hotel needs a stay: add checkIn, checkOut and guests"));
      return null;
    }
    return stay.check(catalog.hotel(), now, faults);
  }

  private static void refuseTime(String time, String pointer, List<Refusal.Fault> faults) {
    if (time != null) {
      faults.add(new Refusal.Fault(pointer, "the stay sets this time at a hotel: leave it out"));
    }
  }

  private static Instant instant(LocalDate date, LocalTime time, Hotel hotel) {
    return date.atTime(time).atZone(ZoneId.of(hotel.timeZone())).toInstant();
  }

  private static Parcel withoutBlankDescription(Parcel parcel) {
    return new Parcel(parcel.size(), parcel.weightKg(), Text.orNull(parcel.description()));
  }

  private static Instant instant(String text, String pointer, List<Refusal.Fault> faults) {
    try {
      return text == null ? null : Instant.parse(text);
    } catch (DateTimeException e) {
      faults.add(new Refusal.Fault(pointer, "must be a time in UTC such as 2026-12-24T15:00:00Z"));
      return null;
    }
  }
}
