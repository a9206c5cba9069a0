package baedal.payment;

import baedal.events.PaymentMethod;
import baedal.runtime.IdempotencyKey;
import java.time.Instant;

/**
 * A customer's request to pay an order. {@code card} and {@code key} may be null.
 *
 * @param awaitedUntil the time after which a result would reach the client too late; a later result
 *     is not stored as the answer of the key
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

  /**
   * A copy with a fixed {@code awaitedUntil}, so that the copies of two requests with the same
   * content are equal.
   */
  PaymentRequest withoutDeadline() {
    return new PaymentRequest(orderId, customerId, method, card, key, Instant.MAX);
  }
}
