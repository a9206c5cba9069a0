package baedal.coupon;

/** The state of a coupon; EXPIRED follows from the clock and is never stored. */
public enum CouponStatus {
  ISSUED,
  CLAIMED,
  USED,
  EXPIRED,
  REVOKED
}
