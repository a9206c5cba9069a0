package baedal.coupon;

import baedal.runtime.Boot;

/** The coupon service as a process of its own. */
public final class CouponMain {

  private CouponMain() {}

  public static void main(String[] args) {
    Boot.main("coupon", config -> new CouponVerticle(CouponConfig.from(config)));
  }
}
