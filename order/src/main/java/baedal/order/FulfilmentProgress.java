package baedal.order;

import baedal.events.Change;
import baedal.events.Event;
import baedal.events.OrderDetails;
import baedal.events.OrderEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Advances the status of an order while the store prepares it and the rider carries it. Events may
 * arrive late or in the wrong sequence. A later status implies the earlier ones, and no event moves
 * the order back.
 */
final class FulfilmentProgress {

  private FulfilmentProgress() {}

  /**
   * Moves the order to the status {@code reached}, which the store or the rider reported. While a
   * cancellation is requested, the order stays CANCEL_REQUESTED; it gets the reported status if the
   * store refuses to cancel.
   */
  static Change<Order> reached(Order order, OrderStatus reached, Instant now) {
    if (order.awaitsCancelAnswer()) {
      OrderStatus known = order.statusIfCancelRefused();
      return known.later(reached) == known
          ? Change.none(order)
          : Change.of(order.moveTo(order.status(), now).withStatusIfCancelRefused(reached));
    }
    return order.status().underWay() && order.status().compareTo(reached) < 0
        ? Change.of(order.moveTo(reached, now))
        : Change.none(order);
  }

  /** Records that the rider delivered the order and collected this amount, in won. */
  static Change<Order> delivered(Order order, String riderId, long collected, Instant now) {
    boolean onItsWay = order.status().underWay() && order.status() != OrderStatus.DELIVERED;
    if (!order.awaitsCancelAnswer() && !onItsWay) {
      return Change.none(order);
    }
    List<Event> events = new ArrayList<>();
    if (order.method().deferred() && collected > 0) {
      events.add(new OrderEvent.Collected(order.id(), order.paymentId(), riderId, collected, now));
    }
    OrderDetails details = order.details();
    events.add(
        new OrderEvent.Delivered(
            order.id(), details.customerId(), details.storeId(), riderId, details.due(), now));
    return new Change<>(order.moveTo(OrderStatus.DELIVERED, now), events);
  }
}
