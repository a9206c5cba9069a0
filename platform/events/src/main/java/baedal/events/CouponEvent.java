package baedal.events;

import java.time.Instant;

/**
 * The events of the coupon service. The subject is the order that uses or earned the coupon, or
 * else the coupon itself.
 */
public sealed interface CouponEvent extends Event {

  String couponId();

  String orderId();

  @Override
  default String subject() {
    return orderId() == null ? couponId() : orderId();
  }

  /**
   * A customer got a coupon of {@code discount} won. {@code orderId} is the order that earned it,
   * and {@code campaignId} the campaign that it was taken from; each may be null.
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

  record Claimed(String couponId, String orderId, String customerId, long discount, Instant at)
      implements CouponEvent {}

  record Used(String couponId, String orderId, String customerId, long discount, Instant at)
      implements CouponEvent {}

  /** The order no longer claims the coupon: the customer has it again. */
  record Restored(String couponId, String orderId, String customerId, Instant at)
      implements CouponEvent {}

  record Revoked(String couponId, String orderId, String customerId, String reason, Instant at)
      implements CouponEvent {}
}
