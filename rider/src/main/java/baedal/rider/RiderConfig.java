package baedal.rider;

import baedal.runtime.Config;
import baedal.runtime.HttpApi;
import baedal.runtime.Identity;
import baedal.runtime.WarmUp;
import java.time.Duration;

/** The settings of the rider service; the README of the module explains them. */
public record RiderConfig(
    String host,
    int port,
    int maxHeaderBytes,
    String mongoUri,
    String amqpUri,
    Identity identity,
    Duration warmUp,
    Duration drainDelay) {

  public static RiderConfig from(Config config) {
    return new RiderConfig(
        config.text("HTTP_HOST", "127.0.0.1"),
        config.number("PORT", 8084),
        HttpApi.maxHeaderBytes(config),
        config.text("MONGO_URI"),
        config.text("AMQP_URI"),
        Identity.from(config),
        WarmUp.time(config),
        HttpApi.drainDelay(config));
  }
}
