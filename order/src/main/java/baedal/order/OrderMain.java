package baedal.order;

import baedal.runtime.Boot;

/** The order service as a process of its own. */
public final class OrderMain {

  private OrderMain() {}

  public static void main(String[] args) {
    Boot.main("order", config -> new OrderVerticle(OrderConfig.from(config)));
  }
}
