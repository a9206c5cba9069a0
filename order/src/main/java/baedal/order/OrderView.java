package baedal.order;

import baedal.events.Address;
import baedal.events.Fulfilment;
import baedal.events.Line;
import baedal.events.OrderDetails;
import baedal.events.Parcel;
import baedal.events.PaymentMethod;
import baedal.events.RefundTerm;
import baedal.events.Stay;
import java.time.Instant;
import java.util.List;

/** The JSON of an order in HTTP responses. */
record OrderView(
    String orderId,
    String customerId,
    String storeId,
    String storeName,
    String storeKind,
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
    Stay stay,
    List<RefundTerm> refundTerms,
    RefundView refund,
    String memo,
    String couponId,
    String reason,
    long version,
    Instant placedAt,
    Instant expiresAt) {

  /** What the customer gets back of a paid order, and what the store keeps, in won. */
  record RefundView(long amount, long kept) {

    /** Null unless a refund was requested, and if no money was taken. */
    private static RefundView of(Order order) {
      boolean refunds =
          switch (order.status()) {
            case CANCEL_REQUESTED, CANCELED, REJECTED -> order.paymentId() != null;
            case PLACED, PAID, ACCEPTED, COOKING, COOKED, PICKED, DELIVERED, COMPLETED, EXPIRED ->
                false;
          };
      if (!refunds || order.method().deferred()) {
        return null;
      }
      long due = order.details().due();
      long amount = order.refundAmount() == null ? due : order.refundAmount();
      return new RefundView(amount, due - amount);
    }
  }

  static OrderView of(Order order) {
    OrderDetails d = order.details();
    return new OrderView(
        order.id(),
        d.customerId(),
        d.storeId(),
        d.storeName(),
        d.storeKind(),
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
        d.stay(),
        d.refundTerms(),
        RefundView.of(order),
        d.memo(),
        order.heldCoupon(),
        order.reason(),
        d.version(),
        d.placedAt(),
        d.expiresAt());
  }
}
