package baedal.order;

import baedal.events.Address;
import baedal.events.Fulfilment;
import baedal.events.Line;
import baedal.events.OrderDetails;
import baedal.events.Parcel;
import baedal.runtime.Refusal;
import baedal.runtime.Text;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The body of {@code POST /orders}. Its component names are the field names of the request, and
 * part of the hash that is stored with an idempotency key.
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
    String memo) {

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
    List<Line> priced = store.map(catalog -> catalog.price(lines, faults)).orElse(List.of());
    if (!faults.isEmpty()) {
      throw Refusal.invalid(faults);
    }
    Catalog catalog = store.orElseThrow();
    if (!catalog.open()) {
      throw Refusal.conflict("store-closed", "the store is closed: order again when it is open");
    }
    catalog.requireStock(priced);
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
        visit ? begin : null,
        visit ? end : null,
        null,
        List.of(),
        Text.orNull(memo),
        null,
        total,
        0,
        total,
        1,
        now,
        now.plus(payWithin));
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
