package baedal.store;

import baedal.runtime.Config;

/** The store service's settings. */
public record StoreConfig(
    String host, int port, String mongoUri, String amqpUri, String tokenSecret) {

  public static StoreConfig from(Config config) {
    return new StoreConfig(
        config.text("HTTP_HOST", "127.0.0.1"),
        config.number("PORT", 8083),
        config.text("MONGO_URI"),
        config.text("AMQP_URI"),
        config.text("TOKEN_SECRET"));
  }
}
