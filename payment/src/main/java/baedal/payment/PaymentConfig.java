package baedal.payment;

import baedal.runtime.Config;
import baedal.runtime.HttpApi;
import baedal.runtime.Identity;

/** The payment service's settings; without {@code providerUrl} the provider is simulated. */
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
    boolean devDoors) {

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
        config.flag("DEV_DOORS", false));
  }
}
