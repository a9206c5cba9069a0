package baedal.gateway;

import baedal.runtime.Config;
import java.time.Duration;
import java.util.Map;

/**
 * The gateway's settings. {@code upstreams} holds a base URL by service name; {@code
 * paymentTimeout} is how long a customer waits for a payment before being told to pay a little
 * later; {@code breakerFailures} in a row of {@code breakerWindow} open the breaker for {@code
 * breakerReset}.
 */
public record GatewayConfig(
    String host,
    int port,
    String tokenSecret,
    boolean devDoors,
    Map<String, String> upstreams,
    Duration paymentTimeout,
    int breakerFailures,
    Duration breakerWindow,
    Duration breakerReset) {

  public static GatewayConfig from(Config config) {
    return new GatewayConfig(
        config.text("HTTP_HOST", "127.0.0.1"),
        config.number("PORT", 8088),
        config.text("TOKEN_SECRET"),
        config.flag("DEV_DOORS", false),
        Map.of(
            "order", config.uri("ORDER_URL").toString(),
            "payment", config.uri("PAYMENT_URL").toString(),
            "store", config.uri("STORE_URL").toString(),
            "rider", config.uri("RIDER_URL").toString(),
            "coupon", config.uri("COUPON_URL").toString(),
            "mypage", config.uri("MYPAGE_URL").toString()),
        config.duration("PAYMENT_TIMEOUT", Duration.ofMillis(610)),
        config.number("PAYMENT_BREAKER_FAILURES", 10),
        config.duration("PAYMENT_BREAKER_WINDOW", Duration.ofSeconds(10)),
        config.duration("PAYMENT_BREAKER_RESET", Duration.ofSeconds(2)));
  }
}
