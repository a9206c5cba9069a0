package baedal.order;

import baedal.events.Change;
import baedal.runtime.Refusal;
import java.time.Instant;

/**
 * Applies a coupon to an order, and removes the discount when the coupon is restored or revoked.
 */
final class CouponUse {

  private CouponUse() {}

  /**
   * Lowers the amount due of an unpaid order by {@code worth} won, but not below 0. A repeated
   * request with the coupon that the order already holds changes nothing.
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
          "the order already has a coupon, and can have only one: use this coupon for another"
              + " order");
    }
    return OrderUpdate.withCoupon(order, couponId, worth, now);
  }

  /**
   * Removes the discount of a restored or revoked coupon from an unpaid order that holds this
   * coupon.
   */
  static Change<Order> takenBack(Order order, String couponId, Instant now) {
    return order.status() == OrderStatus.PLACED && couponId.equals(order.details().couponId())
        ? OrderUpdate.withCoupon(order, null, 0, now)
        : Change.none(order);
  }
}
