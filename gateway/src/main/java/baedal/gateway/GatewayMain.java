package baedal.gateway;

import baedal.runtime.Boot;

/** Starts the gateway in a process of its own. */
public final class GatewayMain {

  private GatewayMain() {}

  public static void main(String[] args) {
    Boot.main("gateway", config -> new GatewayVerticle(GatewayConfig.from(config)));
  }
}
