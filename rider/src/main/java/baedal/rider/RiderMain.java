package baedal.rider;

import baedal.runtime.Boot;

/** Starts the rider service in its own process. */
public final class RiderMain {

  private RiderMain() {}

  public static void main(String[] args) {
    Boot.main("rider", config -> new RiderVerticle(RiderConfig.from(config)));
  }
}
