package baedal.payment;

import baedal.events.PaymentMethod;
import java.time.Instant;

/**
 * A payment as clients see it.
 *
 * @param status the status of the payment, or {@code VOIDED}
 * @param paidAt null when it was never paid
 */
record PaymentView(
    String paymentId,
    String orderId,
    long amount,
    PaymentMethod method,
    String status,
    String card,
    String reason,
    Instant paidAt) {

  private static final String VOIDED = "VOIDED";

  static PaymentView of(Payment payment) {
    return new PaymentView(
        payment.id(),
        payment.orderId(),
        payment.amount(),
        payment.method(),
        payment.isVoided() ? VOIDED : payment.status().name(),
        payment.cardLastFour() == null ? null : "**** " + payment.cardLastFour(),
        payment.reason(),
        payment.paidAt());
  }
}
