package baedal.payment;

import baedal.runtime.Refusal;
import java.time.Duration;

/** The reasons why a payment request is refused; their texts are part of the HTTP API. */
final class PaymentRefusals {

  /** The problem type when an earlier attempt to pay the order has to end first. */
  static final String PENDING = "payment-pending";

  private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

  private PaymentRefusals() {}

  static Refusal pending() {
    return Refusal.unavailable(
        PENDING,
        "an earlier attempt to pay this order has not ended yet: " + Refusal.RETRY_LATER,
        RETRY_AFTER);
  }

  static Refusal unavailable() {
    return Refusal.unavailable(
        "payment-unavailable",
        "the payment provider did not respond in time, and the order is kept: "
            + Refusal.RETRY_LATER,
        RETRY_AFTER);
  }

  static Refusal busy() {
    return Refusal.unavailable(
        "payment-unavailable",
        "too many payments are in progress to finish this one in time, and the order is kept: "
            + Refusal.RETRY_LATER,
        RETRY_AFTER);
  }

  static Refusal deferred() {
    return Refusal.conflict(
        "payment-promised",
        "this order will be paid on delivery, and nothing was charged now: pay the rider; to pay by card, cancel the order"
            + " if that is still possible, and order again");
  }

  static Refusal voided() {
    return Refusal.conflict(
        "payment-void",
        "this attempt has ended, and no money was kept: the order has changed since, or the provider has no such charge;"
            + " pay again, with a new Idempotency-Key");
  }

  static Refusal orderState(Payment.Due due) {
    return Refusal.conflict(
        "order-state",
        "only a PLACED order can be paid, and this one is " + due.status() + ": do not pay it");
  }
}
