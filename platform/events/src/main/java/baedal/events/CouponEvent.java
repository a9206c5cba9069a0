package baedal.events;

import java.time.Instant;

/**
 * The events of the coupon service. The subject is the id of the order that uses, earned or brought
 * the coupon; without such an order, it is the id of the coupon. Discounts are in won.
 */
public sealed interface CouponEvent extends Event {

  String couponId();

  String orderId();

  @Override
  default String subject() {
    return orderId() == null ? couponId() : orderId();
  }

  /**
   * A customer received a coupon. With {@code orderId} only, the order earned the coupon. With
   * {@code campaignId} only, the customer took it from the campaign. With both, the campaign issued
   * it because the order was paid.
   */
  record Issued(
      String couponId,
      String orderId,
      String customerId,
      String campaignId,
      String name,
      long discount,
      Instant expiresAt,
      Instant at)
      implements CouponEvent {}

  /** The order applied the discount of the coupon. */
  record Claimed(String couponId, String orderId, String customerId, long discount, Instant at)
      implements CouponEvent {}

  /** The order that applied the coupon was paid. */
  record Used(String couponId, String orderId, String customerId, long discount, Instant at)
      implements CouponEvent {}

  /** The order no longer uses the coupon; the customer can use it again. */
  record Restored(String couponId, String orderId, String customerId, Instant at)
      implements CouponEvent {}

  /** The issuer revoked the coupon; an order that is not paid loses the discount. */
  record Revoked(String couponId, String orderId, String customerId, String reason, Instant at)
      implements CouponEvent {}
}
