package baedal.order;

import baedal.events.Change;
import baedal.events.OrderDetails;
import baedal.events.OrderEvent;
import java.time.Instant;

/** Expires an order that was not paid in time. */
final class Expiration {

  private Expiration() {}

  static Change<Order> expire(Order order, Instant now) {
    OrderDetails details = order.details();
    return order.status() == OrderStatus.PLACED && !details.expiresAt().isAfter(now)
        ? Change.of(
            order.moveTo(OrderStatus.EXPIRED, now),
            new OrderEvent.Expired(
                order.id(), details.customerId(), details.storeId(), details.couponId(), now))
        : Change.none(order);
  }
}
