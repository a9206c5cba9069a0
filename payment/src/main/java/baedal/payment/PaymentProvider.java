package baedal.payment;

import io.vertx.core.Future;
import java.time.Duration;

/**
 * A payment provider, which takes and refunds money. Each call carries the id of a payment. The
 * provider charges an id at most once, and refunds it at most once.
 */
interface PaymentProvider {

  /** The timeout of one call. */
  Duration TIMEOUT = Duration.ofSeconds(10);

  /** The state of one payment id at the provider. */
  sealed interface Outcome {
    record Approved() implements Outcome {}

    record Declined(String reason) implements Outcome {}

    /** The provider does not know this id. */
    record Unknown() implements Outcome {}
  }

  /**
   * Takes {@code amount} won. Fails without a clear response: then the money may or may not have
   * been taken. {@code card} may be null.
   */
  Future<Outcome> charge(String paymentId, long amount, String method, String card);

  /** The result of a charge of {@code amount} won. Fails without a clear response. */
  Future<Outcome> lookup(String paymentId, long amount);

  /**
   * Declines the charge finally if it was not made before, so that a delayed request takes no
   * money. Returns the final result of the charge. Fails without a clear response.
   */
  Future<Outcome> close(String paymentId, long amount);

  /** Refunds the whole amount. Also succeeds when it was refunded before. */
  Future<Void> refund(String paymentId, long amount);
}
