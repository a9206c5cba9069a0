package baedal.payment;

import baedal.events.PaymentMethod;
import java.time.Instant;

/** A payment as clients see it; {@code paidAt} is null while it is not paid. */
record PaymentView(
    String paymentId,
    String orderId,
    long amount,
    PaymentMethod method,
    PaymentStatus status,
    String card,
    String reason,
    Instant paidAt) {

  static PaymentView of(Payment payment) {
    return new PaymentView(
        payment.id(),
        payment.orderId(),
        payment.amount(),
        payment.method(),
        payment.status(),
        payment.cardLastFour() == null ? null : "**** " + payment.cardLastFour(),
        payment.reason(),
        payment.status() == PaymentStatus.PAID ? payment.changedAt() : null);
  }
}
