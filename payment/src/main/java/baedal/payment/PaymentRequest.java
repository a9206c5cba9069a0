package baedal.payment;

import baedal.events.PaymentMethod;
import baedal.runtime.IdempotencyKey;

/**
 * A customer's request to pay an order. {@code card} and {@code key} may be null.
 *
 * @param statedDue the amount due that the order service stated when it placed the order; null if
 *     payment has to ask the order service
 * @param callersWait how long the caller waits; a result that comes later is not stored as the
 *     answer of the key
 */
record PaymentRequest(
    String orderId,
    String customerId,
    PaymentMethod method,
    String card,
    IdempotencyKey key,
    Payment.Due statedDue,
    CallersWait callersWait) {

  /**
   * A copy without the amount due and the wait, so that the copies of two requests with the same
   * content are equal.
   */
  PaymentRequest content() {
    return new PaymentRequest(orderId, customerId, method, card, key, null, null);
  }
}
