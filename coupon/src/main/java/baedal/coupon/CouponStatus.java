package baedal.coupon;

/** Where a coupon is; EXPIRED is told by the clock, never stored. */
public enum CouponStatus {
  ISSUED,
  CLAIMED,
  USED,
  EXPIRED,
  REVOKED
}
