package baedal.gateway;

import baedal.runtime.Config;
import java.time.Duration;

/**
 * The settings of the payment breaker. {@code timeout} is how long a customer waits for a payment
 * before being told to pay a little later; {@code failures} within {@code window}, when they are
 * {@code percent} of the calls and stay so for a {@code timeout}, open the breaker for {@code
 * reset}.
 */
public record BreakerConfig(
    Duration timeout, int failures, int percent, Duration window, Duration reset) {

  /** A call from before the breaker opened would say how a probe went. */
  public BreakerConfig {
    if (reset.compareTo(timeout) <= 0) {
      throw new IllegalArgumentException(
          "PAYMENT_BREAKER_RESET must be longer than PAYMENT_TIMEOUT: "
              + reset.toMillis()
              + " ms is not longer than "
              + timeout.toMillis()
              + " ms");
    }
  }

  static BreakerConfig from(Config config) {
    return new BreakerConfig(
        config.duration("PAYMENT_TIMEOUT", Duration.ofMillis(610)),
        config.number("PAYMENT_BREAKER_FAILURES", 10),
        config.number("PAYMENT_BREAKER_PERCENT", 75),
        config.duration("PAYMENT_BREAKER_WINDOW", Duration.ofSeconds(5)),
        config.duration("PAYMENT_BREAKER_RESET", Duration.ofSeconds(2)));
  }
}
