package baedal.payment;

import io.vertx.core.Future;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Refunds a payment that is stored as REFUNDING. */
final class RefundPayment {

  private static final Logger log = LoggerFactory.getLogger(RefundPayment.class);

  private final PaymentRepository payments;
  private final PaymentProvider provider;
  private final Clock clock;

  RefundPayment(PaymentRepository payments, PaymentProvider provider, Clock clock) {
    this.payments = payments;
    this.provider = provider;
    this.clock = clock;
  }

  /** Begins a refund if the payment is REFUNDING. {@link PaymentSweep} retries a failed refund. */
  void begin(Payment payment) {
    if (payment.status() == PaymentStatus.REFUNDING) {
      refund(payment)
          .onFailure(
              e ->
                  log.atWarn()
                      .addKeyValue("orderId", payment.orderId())
                      .addKeyValue("cause", e.toString())
                      .log("refund failed, will retry"));
    }
  }

  /**
   * Refunds the stored amount of the payment and stores the result. A retry is safe, because the
   * provider refunds a payment id at most once. A refund of 0 won, and of a payment that a rider
   * collected, does not call the provider.
   */
  Future<Payment> refund(Payment payment) {
    return giveBack(payment)
        .compose(v -> payments.change(payment.id(), p -> p.refunded(clock.instant())));
  }

  private Future<Void> giveBack(Payment payment) {
    return payment.toRefund() == 0 || payment.method().deferred()
        ? Future.succeededFuture()
        : provider
            .refund(payment.id(), payment.toRefund())
            .timeout(PaymentProvider.TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
  }
}
