package baedal.payment;

import io.vertx.core.Future;
import java.time.Duration;

/**
 * A payment provider, which takes and refunds money. Each call carries the id of a payment. The
 * provider charges and refunds each payment id at most once.
 */
interface PaymentProvider {

  /** The timeout of one call. */
  Duration TIMEOUT = Duration.ofSeconds(10);

  /** What the provider says about the charge of one payment id. */
  sealed interface Outcome {
    record Approved() implements Outcome {}

    record Declined(String reason) implements Outcome {}

    /** The provider does not know this id. */
    record Unknown() implements Outcome {}
  }

  /**
   * Takes {@code amount} won. Fails if there is no clear response; the money may then have been
   * taken or not. {@code card} may be null.
   */
  Future<Outcome> charge(String paymentId, long amount, String method, String card);

  /** The result of a charge of {@code amount} won. Fails if there is no clear response. */
  Future<Outcome> lookup(String paymentId, long amount);

  /**
   * Makes the provider decline the charge for ever, unless the charge was made before. So a delayed
   * request to charge takes no money. Returns the final result of the charge. Fails if there is no
   * clear response.
   */
  Future<Outcome> close(String paymentId, long amount);

  /**
   * Refunds {@code amount} won of a charge. Also succeeds if the same amount was refunded before.
   * Fails if there is no clear response, or another amount was refunded.
   */
  Future<Void> refund(String paymentId, long amount);
}
