package baedal.order;

import baedal.runtime.Config;
import baedal.runtime.HttpApi;
import baedal.runtime.Identity;
import baedal.runtime.WarmUp;
import java.time.Duration;

/**
 * The settings with which {@link OrderVerticle} starts.
 *
 * @param paymentUrl the base URL of the payment service
 * @param expiresAfter how long an order may stay unpaid
 * @param confirmsAfter how long a served order waits for the customer's confirmation before it is
 *     completed
 * @param warmUp how long the service warms up before it is ready; zero for no warm-up
 * @param drainDelay the time between SIGTERM and the end of accepting requests
 * @param migrates whether the service migrates its database at the start, or waits until another
 *     program has done so
 */
public record OrderConfig(
    String host,
    int port,
    int maxHeaderBytes,
    String postgresUri,
    String amqpUri,
    String paymentUrl,
    Identity identity,
    Duration expiresAfter,
    Duration confirmsAfter,
    Duration warmUp,
    Duration drainDelay,
    boolean migrates) {

  public static OrderConfig from(Config config) {
    return new OrderConfig(
        config.text("HTTP_HOST", "127.0.0.1"),
        config.number("PORT", 8081),
        HttpApi.maxHeaderBytes(config),
        config.text("POSTGRES_URI"),
        config.text("AMQP_URI"),
        config.uri("PAYMENT_URL").toString(),
        Identity.from(config),
        config.duration("ORDER_EXPIRES_AFTER", Duration.ofMinutes(15)),
        config.duration("ORDER_CONFIRMS_AFTER", Duration.ofHours(24)),
        WarmUp.time(config),
        HttpApi.drainDelay(config),
        config.flag("MIGRATE_AT_START", true));
  }
}
