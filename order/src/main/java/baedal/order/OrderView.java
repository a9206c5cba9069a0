package baedal.order;

import baedal.events.Address;
import baedal.events.Fulfilment;
import baedal.events.Line;
import baedal.events.OrderDetails;
import baedal.events.Parcel;
import baedal.events.PaymentMethod;
import java.time.Instant;
import java.util.List;

/** The JSON of an order in HTTP responses. */
record OrderView(
    String orderId,
    String customerId,
    String storeId,
    String storeName,
    OrderStatus status,
    List<Line> lines,
    long total,
    long discount,
    long due,
    PaymentMethod method,
    Fulfilment fulfilment,
    Address pickup,
    Address address,
    Parcel parcel,
    Instant from,
    Instant to,
    String memo,
    String couponId,
    String reason,
    long version,
    Instant placedAt,
    Instant expiresAt) {

  static OrderView of(Order order) {
    OrderDetails d = order.details();
    return new OrderView(
        order.id(),
        d.customerId(),
        d.storeId(),
        d.storeName(),
        order.status(),
        d.lines(),
        d.total(),
        d.discount(),
        d.due(),
        order.method(),
        d.fulfilment(),
        d.pickup(),
        d.address(),
        d.parcel(),
        d.from(),
        d.to(),
        d.memo(),
        order.heldCoupon(),
        order.reason(),
        d.version(),
        d.placedAt(),
        d.expiresAt());
  }
}
