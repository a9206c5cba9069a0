package baedal.order;

import baedal.events.Change;
import baedal.events.OrderDetails;
import baedal.events.OrderEvent;
import java.time.Instant;

/** Rejects an order that its store does not accept. */
final class Rejection {

  private Rejection() {}

  /**
   * Records that the store rejected a paid order. The order waits for its refund. A rejection
   * refunds all, also while a cancellation is requested that would refund a part.
   */
  static Change<Order> rejectedByStore(Order order, String reason, Instant now) {
    boolean notBegun = order.status() == OrderStatus.PAID || order.status() == OrderStatus.ACCEPTED;
    return notBegun || order.awaitsCancelAnswer()
        ? Change.of(
            order
                .moveTo(OrderStatus.REJECTED, now)
                .withReason(reason)
                .withRefundAmount(null)
                .withRefundPending(),
            new OrderEvent.RefundRequested(order.id(), order.paymentId(), null, reason, now))
        : Change.none(order);
  }

  /** Publishes {@code order.rejected} after the refund. */
  static Change<Order> close(Order order, Instant now) {
    OrderDetails details = order.details();
    return Change.of(
        order.moveTo(OrderStatus.REJECTED, now),
        new OrderEvent.Rejected(
            order.id(),
            details.customerId(),
            details.storeId(),
            details.couponId(),
            order.reason(),
            now));
  }
}
