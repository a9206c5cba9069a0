package baedal.store;

import baedal.runtime.Boot;

/** Starts the store service in its own process. */
public final class StoreMain {

  private StoreMain() {}

  public static void main(String[] args) {
    Boot.main("store", config -> new StoreVerticle(StoreConfig.from(config)));
  }
}
