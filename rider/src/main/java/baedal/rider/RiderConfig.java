package baedal.rider;

import baedal.runtime.Config;

/** The rider service's settings. */
public record RiderConfig(
    String host, int port, String mongoUri, String amqpUri, String tokenSecret) {

  public static RiderConfig from(Config config) {
    return new RiderConfig(
        config.text("HTTP_HOST", "127.0.0.1"),
        config.number("PORT", 8084),
        config.text("MONGO_URI"),
        config.text("AMQP_URI"),
        config.text("TOKEN_SECRET"));
  }
}
