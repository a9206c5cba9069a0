package baedal.payment;

import baedal.events.EventMessage;
import baedal.events.OrderEvent;
import baedal.rabbitmq.Subscription;
import io.vertx.core.Future;

/** What the payment service hears. */
public final class PaymentConsumer {

  private final PaymentRepository payments;
  private final Cashier cashier;

  PaymentConsumer(PaymentRepository payments, Cashier cashier) {
    this.payments = payments;
    this.cashier = cashier;
  }

  Subscription subscription() {
    return Subscription.of("payment")
        .on(OrderEvent.PaymentRefused.class, (m, e) -> giveBack(m, e.paymentId(), e.reason()))
        .on(OrderEvent.RefundRequested.class, (m, e) -> giveBack(m, e.paymentId(), e.reason()))
        .on(
            OrderEvent.Collected.class,
            (m, e) -> payments.change(e.paymentId(), m, p -> p.collected(e.at())));
  }

  /** The wish is durable when this succeeds; the cashier then moves the money. */
  private Future<?> giveBack(EventMessage message, String paymentId, String reason) {
    return payments
        .change(paymentId, message, payment -> payment.giveBack(reason, message.time()))
        .onSuccess(cashier::refund);
  }
}
