package baedal.payment;

import baedal.runtime.Config;
import baedal.runtime.HttpApi;
import baedal.runtime.Identity;
import baedal.runtime.WarmUp;
import java.time.Duration;

/**
 * The settings with which {@link PaymentVerticle} starts.
 *
 * @param orderUrl the base URL of the order service
 * @param providerUrl the base URL of the payment provider; null for a simulated provider
 * @param devDoors whether the settings of the simulated provider can be changed over HTTP
 * @param warmUp how long the service warms up before it is ready; zero for no warm-up
 * @param drainDelay the time between SIGTERM and the end of accepting requests
 * @param migrates whether the service migrates its database at the start, or waits until another
 *     program has done so
 */
public record PaymentConfig(
    String host,
    int port,
    int maxHeaderBytes,
    String postgresUri,
    String amqpUri,
    Identity identity,
    String orderUrl,
    String providerUrl,
    String providerKey,
    boolean devDoors,
    Duration warmUp,
    Duration drainDelay,
    boolean migrates) {

  public static PaymentConfig from(Config config) {
    boolean http = config.has("PROVIDER_URL");
    return new PaymentConfig(
        config.text("HTTP_HOST", "127.0.0.1"),
        config.number("PORT", 8082),
        HttpApi.maxHeaderBytes(config),
        config.text("POSTGRES_URI"),
        config.text("AMQP_URI"),
        Identity.from(config),
        config.uri("ORDER_URL").toString(),
        http ? config.uri("PROVIDER_URL").toString() : null,
        http ? config.text("PROVIDER_KEY") : null,
        config.flag("DEV_DOORS", false),
        WarmUp.time(config),
        HttpApi.drainDelay(config),
        config.flag("MIGRATE_AT_START", true));
  }
}
