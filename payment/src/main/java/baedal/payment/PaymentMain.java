package baedal.payment;

import baedal.runtime.Boot;

/** Starts the payment service as its own process. */
public final class PaymentMain {

  private PaymentMain() {}

  public static void main(String[] args) {
    Boot.main("payment", config -> new PaymentVerticle(PaymentConfig.from(config)));
  }
}
