package baedal.coupon;

/** The status of a coupon. EXPIRED is derived from the clock and never stored. */
public enum CouponStatus {
  ISSUED,
  CLAIMED,
  USED,
  EXPIRED,
  REVOKED
}
