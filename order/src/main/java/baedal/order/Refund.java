package baedal.order;

import baedal.events.Change;
import java.time.Instant;

/** Closes an order whose {@link Cancellation} or {@link Rejection} waits for the refund. */
final class Refund {

  private Refund() {}

  /** Closes the order if it waits for the refund of this payment; otherwise changes nothing. */
  static Change<Order> completed(Order order, String paymentId, Instant now) {
    if (!order.refundPending() || !paymentId.equals(order.paymentId())) {
      return Change.none(order);
    }
    return order.status() == OrderStatus.REJECTED
        ? Rejection.close(order, now)
        : Cancellation.close(order, now);
  }
}
