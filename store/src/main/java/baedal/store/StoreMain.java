package baedal.store;

import baedal.runtime.Boot;

/** The store service as a process of its own. */
public final class StoreMain {

  private StoreMain() {}

  public static void main(String[] args) {
    Boot.main("store", config -> new StoreVerticle(StoreConfig.from(config)));
  }
}
