package baedal.gateway;

import baedal.runtime.Config;
import java.time.Duration;

/**
 * The settings of {@link PaymentBreaker}. The failure rate is too high while the last {@code
 * window} holds at least {@code failures} failed calls, and these are at least {@code percent}
 * percent of all calls in it that say something about the provider. The breaker opens when the rate
 * has been too high for as long as {@code timeout}.
 *
 * @param timeout how long the payment provider may take to respond to a charge
 * @param allowance how much longer than {@code timeout} a customer waits before the response is
 *     503; this is the time for the work of the gateway, payment and order
 * @param reset how long the breaker stays open before it becomes half-open and lets probes through
 */
public record BreakerConfig(
    Duration timeout,
    Duration allowance,
    int failures,
    int percent,
    Duration window,
    Duration reset) {

  /**
   * {@code reset} must be longer than {@link #customerTimeout}. Then each call that began before
   * the breaker opened has ended when the breaker becomes half-open.
   */
  public BreakerConfig {
    Duration customerTimeout = timeout.plus(allowance);
    if (reset.compareTo(customerTimeout) <= 0) {
      throw new IllegalArgumentException(
          "PAYMENT_BREAKER_RESET must be longer than PAYMENT_TIMEOUT and PAYMENT_ALLOWANCE together: "
              + reset.toMillis()
              + " ms is not longer than "
              + customerTimeout.toMillis()
              + " ms");
    }
  }

  /** How long a customer waits for a payment before the response is 503. */
  Duration customerTimeout() {
    return timeout.plus(allowance);
  }

  static BreakerConfig from(Config config) {
    return new BreakerConfig(
        config.duration("PAYMENT_TIMEOUT", Duration.ofMillis(610)),
        config.duration("PAYMENT_ALLOWANCE", Duration.ofMillis(390)),
        config.number("PAYMENT_BREAKER_FAILURES", 10),
        config.number("PAYMENT_BREAKER_PERCENT", 75),
        config.duration("PAYMENT_BREAKER_WINDOW", Duration.ofSeconds(5)),
        config.duration("PAYMENT_BREAKER_RESET", Duration.ofSeconds(2)));
  }
}
