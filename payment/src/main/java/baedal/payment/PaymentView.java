package baedal.payment;

import baedal.events.PaymentMethod;
import java.time.Instant;

/**
 * The JSON of a payment in HTTP responses.
 *
 * @param status the status of the payment; {@code VOIDED} instead of REFUNDED if no money was taken
 * @param paidAt null when no money was taken, or when the time was not recorded
 * @param refunded the amount that was given back, in won; null before the refund is complete
 * @param kept the amount that was not given back, in won; null before the refund is complete
 */
record PaymentView(
    String paymentId,
    String orderId,
    long amount,
    PaymentMethod method,
    String status,
    String card,
    String reason,
    Instant paidAt,
    Long refunded,
    Long kept) {

  private static final String VOIDED = "VOIDED";

  static PaymentView of(Payment payment) {
    boolean ended = payment.status() == PaymentStatus.REFUNDED;
    return new PaymentView(
        payment.id(),
        payment.orderId(),
        payment.amount(),
        payment.method(),
        payment.isVoided() ? VOIDED : payment.status().name(),
        payment.cardLastFour() == null ? null : "**** " + payment.cardLastFour(),
        payment.reason(),
        payment.paidAt(),
        ended ? payment.toRefund() : null,
        ended ? payment.toKeep() : null);
  }
}
