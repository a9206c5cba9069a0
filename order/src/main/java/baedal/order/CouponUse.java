package baedal.order;

import baedal.events.Change;
import baedal.runtime.Refusal;
import java.time.Instant;

/** Decides whether an order takes a coupon, and gives up the discount of one that was revoked. */
final class CouponUse {

  private CouponUse() {}

  /**
   * Lowers what is due on an unpaid order by {@code worth} won. The coupon that the order holds
   * already changes nothing.
   */
  static Change<Order> use(Order order, String couponId, long worth, Instant now) {
    if (couponId.equals(order.details().couponId()) && !order.status().withdrawn()) {
      return Change.none(order);
    }
    if (order.status() != OrderStatus.PLACED) {
      throw StateRefusals.of(
          order, "take a coupon", "use the coupon for an order that is not paid yet");
    }
    if (order.details().couponId() != null) {
      throw Refusal.conflict(
          StateRefusals.TYPE,
          "the order has a coupon already and takes one: use this for another order");
    }
    return OrderUpdate.withCoupon(order, couponId, worth, now);
  }

  /** The coupon was restored or revoked: an unpaid order costs its full price again. */
  static Change<Order> takenBack(Order order, String couponId, Instant now) {
    return order.status() == OrderStatus.PLACED && couponId.equals(order.details().couponId())
        ? OrderUpdate.withCoupon(order, null, 0, now)
        : Change.none(order);
  }
}
