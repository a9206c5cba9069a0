package baedal.coupon;

import baedal.runtime.Config;
import baedal.runtime.HttpApi;
import baedal.runtime.Identity;
import baedal.runtime.WarmUp;
import java.time.Duration;

/**
 * The settings of the coupon service. {@code earnedDiscount} is the discount of a coupon that an
 * order earns, in won; {@code validFor} is how long such a coupon is valid.
 */
public record CouponConfig(
    String host,
    int port,
    int maxHeaderBytes,
    String redisUri,
    String amqpUri,
    Identity identity,
    String orderUrl,
    long earnedDiscount,
    Duration validFor,
    Duration warmUp,
    Duration drainDelay) {

  public static CouponConfig from(Config config) {
    return new CouponConfig(
        config.text("HTTP_HOST", "127.0.0.1"),
        config.number("PORT", 8085),
        HttpApi.maxHeaderBytes(config),
        config.uri("REDIS_URI").toString(),
        config.text("AMQP_URI"),
        Identity.from(config),
        config.uri("ORDER_URL").toString(),
        config.number("COUPON_EARNED_DISCOUNT", 1_000),
        config.duration("COUPON_VALID_FOR", Duration.ofDays(30)),
        WarmUp.time(config),
        HttpApi.drainDelay(config));
  }
}
