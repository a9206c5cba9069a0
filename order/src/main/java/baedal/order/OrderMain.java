package baedal.order;

import baedal.runtime.Boot;

/** Starts the order service as its own process. */
public final class OrderMain {

  private OrderMain() {}

  public static void main(String[] args) {
    Boot.main("order", config -> new OrderVerticle(OrderConfig.from(config)));
  }
}
