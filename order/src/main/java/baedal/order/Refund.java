package baedal.order;

import baedal.events.Change;
import java.time.Instant;

/** Ends the wait for a refund that a {@link Cancellation} or a {@link Rejection} requested. */
final class Refund {

  private Refund() {}

  /** The payment service returned the money: this closes the canceled or rejected order. */
  static Change<Order> completed(Order order, String paymentId, Instant now) {
    if (!order.refundPending() || !paymentId.equals(order.paymentId())) {
      return Change.none(order);
    }
    return order.status() == OrderStatus.REJECTED
        ? Rejection.close(order, now)
        : Cancellation.close(order, now);
  }
}
