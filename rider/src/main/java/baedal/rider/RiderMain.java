package baedal.rider;

import baedal.runtime.Boot;

/** The rider service as a process of its own. */
public final class RiderMain {

  private RiderMain() {}

  public static void main(String[] args) {
    Boot.main("rider", config -> new RiderVerticle(RiderConfig.from(config)));
  }
}
