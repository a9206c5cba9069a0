package baedal.payment;

import baedal.events.EventMessage;
import baedal.events.OrderEvent;
import baedal.rabbitmq.Subscription;
import io.vertx.core.Future;

/** Maps each event that the payment service consumes to its effect on a payment. */
public final class PaymentConsumer {

  private final PaymentRepository payments;
  private final RefundPayment refunds;

  PaymentConsumer(PaymentRepository payments, RefundPayment refunds) {
    this.payments = payments;
    this.refunds = refunds;
  }

  Subscription subscription() {
    return Subscription.of("payment")
        .on(OrderEvent.PaymentRefused.class, (m, e) -> giveBack(m, e.paymentId(), null, e.reason()))
        .on(
            OrderEvent.RefundRequested.class,
            (m, e) -> giveBack(m, e.paymentId(), e.amount(), e.reason()))
        .on(
            OrderEvent.Collected.class,
            (m, e) -> payments.change(e.paymentId(), m, p -> p.collected(e.at())));
  }

  /**
   * Stores the payment as REFUNDING, with the amount, before it calls the provider. So no crash
   * loses or changes the refund. {@code won} is null for the whole amount.
   */
  private Future<?> giveBack(EventMessage message, String paymentId, Long won, String reason) {
    return payments
        .change(paymentId, message, payment -> payment.giveBack(won, reason, message.time()))
        .onSuccess(refunds::begin);
  }
}
