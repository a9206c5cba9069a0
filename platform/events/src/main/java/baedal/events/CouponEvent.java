package baedal.events;

import java.time.Instant;

/**
 * What the coupon service tells; the subject is the order the coupon touches, else the coupon
 * itself.
 */
public sealed interface CouponEvent extends Event {

  String couponId();

  String orderId();

  @Override
  default String subject() {
    return orderId() == null ? couponId() : orderId();
  }

  /**
   * A customer got a coupon of {@code discount} won; {@code orderId} is the order that earned it,
   * or null; {@code campaignId} the campaign it was taken from, or null.
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

  /** The claim is off: the customer has the coupon again. */
  record Restored(String couponId, String orderId, String customerId, Instant at)
      implements CouponEvent {}

  record Revoked(String couponId, String orderId, String customerId, String reason, Instant at)
      implements CouponEvent {}
}
