package baedal.payment;

import baedal.runtime.Refusal;
import java.time.Duration;

/** The reasons why a payment request is refused; their texts are part of the HTTP API. */
final class PaymentRefusals {

  /** The type of the problem of an order whose earlier attempt has to end first. */
  static final String UNSETTLED = "payment-unsettled";

  private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

  private PaymentRefusals() {}

  static Refusal unsettled() {
    return Refusal.unavailable(
        UNSETTLED,
        "an earlier attempt to pay this order is not settled yet: pay a little later",
        RETRY_AFTER);
  }

  static Refusal unavailable() {
    return Refusal.unavailable(
        "payment-unavailable",
        "the provider did not answer in time: your order is kept, pay a little later",
        RETRY_AFTER);
  }

  static Refusal promised() {
    return Refusal.conflict(
        "payment-promised",
        "this order is to be paid on delivery, and nothing was charged now: pay the rider; to pay by card instead, cancel"
            + " the order while it can be canceled, and order again");
  }

  static Refusal voided() {
    return Refusal.conflict(
        "payment-void",
        "of this attempt no money was kept: the order was changed or withdrawn meanwhile, or the provider never heard of"
            + " it; pay again, under another key");
  }

  static Refusal orderState(Payment.Due due) {
    return Refusal.conflict(
        "order-state", "only a PLACED order can be paid: it is " + due.status());
  }
}
