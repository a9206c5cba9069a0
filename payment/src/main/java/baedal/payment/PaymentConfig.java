package baedal.payment;

import baedal.runtime.Config;
import baedal.runtime.Identity;

/** The payment service's settings; without {@code providerUrl} the provider is simulated. */
public record PaymentConfig(
    String host,
    int port,
    String postgresUri,
    String amqpUri,
    Identity identity,
    String orderUrl,
    String providerUrl,
    String providerKey,
    boolean devDoors) {

  public static PaymentConfig from(Config config) {
    boolean http = config.has("PROVIDER_URL");
    return new PaymentConfig(
        config.text("HTTP_HOST", "127.0.0.1"),
        config.number("PORT", 8082),
        config.text("POSTGRES_URI"),
        config.text("AMQP_URI"),
        Identity.from(config),
        config.uri("ORDER_URL").toString(),
        http ? config.uri("PROVIDER_URL").toString() : null,
        http ? config.text("PROVIDER_KEY") : null,
        config.flag("DEV_DOORS", false));
  }
}
