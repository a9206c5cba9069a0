package baedal.order;

import baedal.events.Change;
import baedal.events.OrderEvent;
import baedal.events.PaymentMethod;
import java.time.Instant;

/** Decides whether a payment makes an order PAID. A payment on delivery can do so, too. */
final class PaymentAcceptance {

  private PaymentAcceptance() {}

  /**
   * Accepts a payment of exactly the amount due for the present lines. Refuses any other payment:
   * publishes an event, and then the payment service refunds the payment. Accepts a payment even if
   * the address or the memo of the order changed while the payment was in progress.
   */
  static Change<Order> decide(
      Order order,
      String paymentId,
      PaymentMethod method,
      long amount,
      long orderVersion,
      Instant now) {
    if (paymentId.equals(order.paymentId())) {
      return Change.none(order);
    }
    if (order.status() != OrderStatus.PLACED) {
      return refuse(order, paymentId, "the order is " + order.status(), now);
    }
    if (amount != order.details().due() || orderVersion < order.pricedVersion()) {
      return refuse(order, paymentId, "the order changed during the payment", now);
    }
    Order paid = order.moveTo(OrderStatus.PAID, now).withPayment(paymentId, method);
    long collect = method.deferred() ? paid.details().due() : 0;
    return Change.of(
        paid, new OrderEvent.Paid(paid.id(), paid.details(), paymentId, method, collect, now));
  }

  private static Change<Order> refuse(Order order, String paymentId, String reason, Instant now) {
    return Change.of(order, new OrderEvent.PaymentRefused(order.id(), paymentId, reason, now));
  }
}
