package baedal.order;

import baedal.events.Change;
import baedal.events.OrderDetails;
import baedal.events.OrderEvent;
import baedal.runtime.Refusal;
import java.time.Instant;
import java.util.Set;

/**
 * Decides whether an order may be canceled. The customer cancels an unpaid order at once. Of a paid
 * one the store decides, because only the store knows whether cooking has begun.
 */
final class Cancellation {

  /** The statuses of a ticket that is too late to cancel. */
  private static final Set<String> COOKING_BEGAN = Set.of("COOKING", "COOKED");

  private Cancellation() {}

  /** The customer asks to cancel. To ask again changes nothing. */
  static Change<Order> request(Order order, String reason, Instant now) {
    return switch (order.status()) {
      case PLACED -> close(order.withReason(reason), now);
      case PAID, ACCEPTED -> askStore(order, reason, now);
      case CANCEL_REQUESTED, CANCELED -> Change.none(order);
      case COOKING, COOKED, PICKED, DELIVERED, COMPLETED ->
          throw refusal(order, StateRefusals.TOO_LATE);
      case REJECTED -> throw refusal(order, "what was paid goes back without a cancellation");
      case EXPIRED -> throw refusal(order, "there is nothing to cancel");
    };
  }

  /** The store agreed: the order waits for its refund. */
  static Change<Order> acceptedByStore(Order order, Instant now) {
    return order.awaitsCancelAnswer()
        ? Change.of(
            order.moveTo(OrderStatus.CANCEL_REQUESTED, now).withRefundPending(),
            new OrderEvent.RefundRequested(order.id(), order.paymentId(), order.reason(), now))
        : Change.none(order);
  }

  /** The store refused, and its ticket has this status: the order is where the kitchen is. */
  static Change<Order> refusedByStore(Order order, String ticketStatus, Instant now) {
    if (!order.awaitsCancelAnswer()) {
      return Change.none(order);
    }
    OrderStatus known = order.statusIfCancelRefused();
    return Change.of(
        order.moveTo(
            COOKING_BEGAN.contains(ticketStatus) ? known.later(OrderStatus.COOKING) : known, now));
  }

  /** Cancels an order that holds no money: it was never paid, or it was refunded. */
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

  private static Change<Order> askStore(Order order, String reason, Instant now) {
    OrderDetails details = order.details();
    return Change.of(
        order
            .moveTo(OrderStatus.CANCEL_REQUESTED, now)
            .withReason(reason)
            .withStatusIfCancelRefused(order.status()),
        new OrderEvent.CancelRequested(
            order.id(), details.customerId(), details.storeId(), reason, now));
  }

  private static Refusal refusal(Order order, String advice) {
    return StateRefusals.of(order, "become CANCELED", advice);
  }
}
