package baedal.order;

import baedal.events.Address;
import baedal.events.Fulfilment;
import baedal.events.OrderDetails;
import baedal.events.Parcel;
import baedal.runtime.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What a customer asks for: the body of {@code POST /orders}. */
record PlaceOrder(
    String storeId,
    List<Catalog.Wanted> lines,
    Fulfilment fulfilment,
    Address pickup,
    Address address,
    Parcel parcel,
    Instant from,
    Instant to,
    String memo) {

  /** Refuses what the fulfilment lacks. */
  void check() {
    List<Refusal.Fault> faults = new ArrayList<>();
    switch (fulfilment) {
      case DELIVERY -> need(address, "/address", faults);
      case COURIER -> {
        need(pickup, "/pickup", faults);
        need(address, "/address", faults);
        need(parcel, "/parcel", faults);
      }
      case VISIT -> {
        if (from != null && to != null && !to.isAfter(from)) {
          faults.add(new Refusal.Fault("/to", "must be after from"));
        }
      }
    }
    if (!faults.isEmpty()) {
      throw Refusal.invalid(faults);
    }
  }

  private void need(Object part, String pointer, List<Refusal.Fault> faults) {
    if (part == null) {
      faults.add(new Refusal.Fault(pointer, "is required for " + fulfilment));
    }
  }

  /** The order as it stands at this moment, priced from the store's copy. */
  OrderDetails details(String customerId, Catalog catalog, Instant now, Duration payWithin) {
    if (!catalog.open()) {
      throw Refusal.conflict("store-closed", "the store takes no orders now");
    }
    var priced = catalog.price(lines);
    long total = priced.stream().mapToLong(line -> line.amount()).sum();
    Address start = fulfilment == Fulfilment.COURIER ? pickup : catalog.address();
    return new OrderDetails(
        customerId,
        storeId,
        catalog.name(),
        priced,
        fulfilment,
        start,
        fulfilment == Fulfilment.VISIT ? null : address,
        parcel,
        from,
        to,
        memo,
        null,
        total,
        0,
        total,
        1,
        now,
        now.plus(payWithin));
  }
}
