package baedal.order;

import baedal.events.Change;
import baedal.events.OrderDetails;
import baedal.events.OrderEvent;
import baedal.runtime.Refusal;
import java.time.Duration;
import java.time.Instant;

/**
 * Decides whether an order becomes COMPLETED: the customer confirms it, or has not confirmed it
 * within {@code ORDER_CONFIRMS_AFTER}.
 */
final class Confirmation {

  private Confirmation() {}

  /** Completes a served order. A repeated confirmation changes nothing. */
  static Change<Order> byCustomer(Order order, Instant now) {
    if (order.status() == OrderStatus.COMPLETED) {
      return Change.none(order);
    }
    if (order.servedAt() == null) {
      throw notServed(order);
    }
    return complete(order, true, now);
  }

  /**
   * Completes the order if it was served at least {@code timeout} ago; otherwise changes nothing.
   */
  static Change<Order> byTimeout(Order order, Duration timeout, Instant now) {
    boolean isDue = order.servedAt() != null && !order.servedAt().plus(timeout).isAfter(now);
    return isDue ? complete(order, false, now) : Change.none(order);
  }

  private static Change<Order> complete(Order order, boolean byCustomer, Instant now) {
    OrderDetails details = order.details();
    return Change.of(
        order.moveTo(OrderStatus.COMPLETED, now),
        new OrderEvent.Completed(
            order.id(), details.customerId(), details.storeId(), details.due(), byCustomer, now));
  }

  private static Refusal notServed(Order order) {
    String advice =
        switch (order.status()) {
          case PLACED -> "pay for it first";
          case PAID, ACCEPTED, COOKING, COOKED, PICKED ->
              "confirm it once it is " + (order.isVisit() ? "COOKED" : "DELIVERED");
          case CANCEL_REQUESTED -> StateRefusals.waitAdvice(order);
          case DELIVERED, COMPLETED, CANCELED, REJECTED, EXPIRED -> "there is nothing to confirm";
        };
    return StateRefusals.of(order, "become COMPLETED", advice);
  }
}
