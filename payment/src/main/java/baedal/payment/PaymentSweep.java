package baedal.payment;

import baedal.runtime.PeriodicTask;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds charges and refunds that a crash or an outage left unfinished, and finishes them. It also
 * deletes old idempotency keys.
 */
final class PaymentSweep {

  private static final Logger log = LoggerFactory.getLogger(PaymentSweep.class);

  private static final Duration INTERVAL = Duration.ofSeconds(2);
  private static final Duration TIMEOUT = Duration.ofMinutes(1);

  /**
   * The sweep finishes a payment that has not changed for this time. It is longer than {@link
   * PaymentProvider#TIMEOUT}, so that no request still waits for the payment.
   */
  private static final Duration UNFINISHED_AFTER = Duration.ofSeconds(15);

  private final PaymentRepository payments;
  private final ChargePayment charges;
  private final RefundPayment refunds;
  private final Clock clock;
  private final PeriodicTask task;

  PaymentSweep(
      Vertx vertx,
      PaymentRepository payments,
      ChargePayment charges,
      RefundPayment refunds,
      Clock clock) {
    this.payments = payments;
    this.charges = charges;
    this.refunds = refunds;
    this.clock = clock;
    task = new PeriodicTask(vertx, INTERVAL, "unfinished payments", this::run);
  }

  void start() {
    task.start();
  }

  void stop() {
    task.stop();
  }

  /** Runs at once, without waiting for the timer. Does nothing while another run is in progress. */
  Future<?> now() {
    return task.runNow();
  }

  private Future<?> run() {
    Instant now = clock.instant();
    Instant since = now.minus(UNFINISHED_AFTER);
    return Future.join(
            finishAll(
                PaymentStatus.CHARGING, since, payment -> charges.lookUp(payment, Supplier::get)),
            finishAll(PaymentStatus.REFUNDING, since, refunds::refund),
            payments.deleteOldKeys(now))
        .timeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
  }

  private Future<?> finishAll(
      PaymentStatus status, Instant since, Function<Payment, Future<Payment>> finish) {
    return payments
        .unfinished(status, since)
        .compose(
            unfinished -> {
              List<Future<Payment>> results =
                  unfinished.stream().map(payment -> finishOne(payment, finish)).toList();
              return Future.join(results)
                  .onFailure(
                      e ->
                          log.atWarn()
                              .addKeyValue("status", status)
                              .addKeyValue(
                                  "payments", results.stream().filter(Future::failed).count())
                              .addKeyValue("cause", e.toString())
                              .log("charges or refunds could not be finished, will retry"))
                  .otherwiseEmpty();
            });
  }

  private static Future<Payment> finishOne(
      Payment payment, Function<Payment, Future<Payment>> finish) {
    return finish
        .apply(payment)
        .onSuccess(
            finished ->
                log.atInfo()
                    .addKeyValue("orderId", payment.orderId())
                    .addKeyValue("status", finished.status())
                    .log("payment finished"))
        .onFailure(
            e ->
                log.atDebug()
                    .addKeyValue("orderId", payment.orderId())
                    .addKeyValue("cause", e.toString())
                    .log("payment not finished, will retry"));
  }
}
