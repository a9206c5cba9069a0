package baedal.payment;

import baedal.events.PaymentMethod;
import baedal.runtime.IdempotencyKey;
import java.time.Instant;

/**
 * A customer's request to pay an order. {@code card} and {@code key} may be null.
 *
 * @param awaitedUntil when the client stops waiting; a later answer is not kept under the key
 */
record PaymentRequest(
    String orderId,
    String customerId,
    PaymentMethod method,
    String card,
    IdempotencyKey key,
    Instant awaitedUntil) {

  boolean isAwaited(Instant now) {
    return now.isBefore(awaitedUntil);
  }

  /** Equal for requests that ask for the same, however long their clients wait. */
  PaymentRequest withoutDeadline() {
    return new PaymentRequest(orderId, customerId, method, card, key, Instant.MAX);
  }
}
