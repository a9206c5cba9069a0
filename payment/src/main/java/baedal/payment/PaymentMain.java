package baedal.payment;

import baedal.runtime.Boot;

/** The payment service as a process of its own. */
public final class PaymentMain {

  private PaymentMain() {}

  public static void main(String[] args) {
    Boot.main("payment", config -> new PaymentVerticle(PaymentConfig.from(config)));
  }
}
