package baedal.order;

import baedal.events.Change;
import baedal.events.OrderDetails;
import baedal.events.OrderEvent;
import baedal.runtime.Refusal;
import java.time.Instant;
import java.util.Set;

/**
 * Decides whether an order may be canceled. A customer's request cancels an unpaid order at once.
 * For a paid order the store decides, because only the store knows whether cooking has begun. A
 * stay at a hotel can be canceled until its check-in time, also while the hotel prepares it.
 */
final class Cancellation {

  /** The statuses of the store's ticket after cooking has begun. */
  private static final Set<String> COOKING_BEGAN = Set.of("COOKING", "COOKED");

  private Cancellation() {}

  /**
   * Applies the customer's request to cancel. A repeated request changes nothing: the amount of the
   * refund depends on the time of the first request.
   */
  static Change<Order> request(Order order, String reason, Instant now) {
    return switch (order.status()) {
      case PLACED -> close(order.withReason(reason), now);
      case PAID, ACCEPTED -> askStore(order, reason, now);
      case COOKING -> {
        if (!order.isStay()) {
          throw refusal(order, StateRefusals.CONTACT_STORE);
        }
        yield askStore(order, reason, now);
      }
      case CANCEL_REQUESTED, CANCELED -> Change.none(order);
      case COOKED, PICKED, DELIVERED, COMPLETED ->
          throw refusal(order, StateRefusals.CONTACT_STORE);
      case REJECTED -> throw refusal(order, "its payment is refunded without a cancellation");
      case EXPIRED -> throw refusal(order, "there is nothing to cancel");
    };
  }

  /** Records that the store agreed to cancel. The order waits for its refund. */
  static Change<Order> acceptedByStore(Order order, Instant now) {
    return order.awaitsCancelAnswer()
        ? Change.of(
            order.moveTo(OrderStatus.CANCEL_REQUESTED, now).withRefundPending(),
            new OrderEvent.RefundRequested(
                order.id(), order.paymentId(), order.refundAmount(), order.reason(), now))
        : Change.none(order);
  }

  /**
   * Records that the store refused to cancel. The order gets the latest status that it has reached:
   * at least COOKING if {@code ticketStatus} shows that cooking has begun.
   */
  static Change<Order> refusedByStore(Order order, String ticketStatus, Instant now) {
    if (!order.awaitsCancelAnswer()) {
      return Change.none(order);
    }
    OrderStatus known = order.statusIfCancelRefused();
    OrderStatus next =
        COOKING_BEGAN.contains(ticketStatus) ? known.later(OrderStatus.COOKING) : known;
    return Change.of(order.moveTo(next, now).withRefundAmount(null));
  }

  /** Cancels an order that was never paid, or that was refunded. */
  static Change<Order> close(Order order, Instant now) {
    OrderDetails details = order.details();
    return Change.of(
        order.moveTo(OrderStatus.CANCELED, now),
        new OrderEvent.Canceled(
            order.id(),
            details.customerId(),
            details.storeId(),
            details.couponId(),
            order.reason(),
            now));
  }

  /**
   * After the check-in time a stay can only be canceled if the hotel has not accepted it. Then the
   * guest gets everything back.
   */
  private static Change<Order> askStore(Order order, String reason, Instant now) {
    OrderDetails details = order.details();
    boolean late = order.isStay() && now.isAfter(details.from());
    if (late && order.status() != OrderStatus.PAID) {
      throw Refusal.conflict(
          StateRefusals.TYPE,
          "a stay cannot be canceled after its check-in time, "
              + details.from()
              + ": "
              + StateRefusals.CONTACT_STORE);
    }
    return Change.of(
        order
            .moveTo(OrderStatus.CANCEL_REQUESTED, now)
            .withReason(reason)
            .withRefundAmount(late ? null : RefundTerms.refundAmount(order, now))
            .withStatusIfCancelRefused(order.status()),
        new OrderEvent.CancelRequested(
            order.id(), details.customerId(), details.storeId(), reason, now));
  }

  private static Refusal refusal(Order order, String advice) {
    return StateRefusals.of(order, "become CANCELED", advice);
  }
}
