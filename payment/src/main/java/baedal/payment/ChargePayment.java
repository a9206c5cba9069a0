package baedal.payment;

import baedal.events.Change;
import baedal.payment.PaymentProvider.Outcome;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Brings the charge of one payment to its end: charges it, looks it up after a lost answer, or
 * closes it. The payment is stored as CHARGING before the provider is called. The result is stored
 * after the call.
 */
final class ChargePayment {

  /** A charge that the provider does not know is closed there when it is this old. */
  private static final Duration CLOSED_AFTER = Duration.ofSeconds(60);

  /** Applies a transition to the payment that is charged, and stores it. */
  interface Store extends Function<Function<Payment, Change<Payment>>, Future<Payment>> {}

  private final PaymentRepository payments;
  private final PaymentProvider provider;
  private final Clock clock;

  ChargePayment(PaymentRepository payments, PaymentProvider provider, Clock clock) {
    this.payments = payments;
    this.provider = provider;
    this.clock = clock;
  }

  /** Has the provider take the money. {@code card} may be null. */
  Future<PaymentResult> charge(Payment payment, String card, Store store) {
    return ask(payment, p -> provider.charge(p.id(), p.amount(), p.method().name(), card))
        .compose(outcome -> conclude(payment, outcome, store))
        .map(ended -> new PaymentResult(ended, payment.amount() > 0));
  }

  /** As {@link #lookUp}, but a charge that the provider does not know is made now. */
  Future<PaymentResult> lookUpOrCharge(Payment payment, String card, Store store) {
    return askForResult(payment)
        .compose(
            outcome ->
                outcome instanceof Outcome.Unknown
                    ? charge(payment, card, store)
                    : conclude(payment, outcome, storeOf(payment)).map(PaymentResult::stored));
  }

  /**
   * Stores what became of an earlier charge. Fails while the provider does not know it; an old one
   * is closed then.
   */
  Future<Payment> lookUp(Payment payment) {
    return askForResult(payment).compose(outcome -> conclude(payment, outcome, storeOf(payment)));
  }

  private Future<Outcome> askForResult(Payment payment) {
    return ask(payment, p -> provider.lookup(p.id(), p.amount()));
  }

  /** A payment of nothing is approved without the provider. */
  private static Future<Outcome> ask(Payment payment, Function<Payment, Future<Outcome>> call) {
    return payment.amount() == 0
        ? Future.succeededFuture(new Outcome.Approved())
        : call.apply(payment)
            .timeout(PaymentProvider.TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
            .recover(e -> Future.failedFuture(PaymentRefusals.unavailable()));
  }

  private Future<Payment> conclude(Payment payment, Outcome outcome, Store store) {
    return outcome instanceof Outcome.Unknown ? closeIfOld(payment) : storeResult(outcome, store);
  }

  private Future<Payment> closeIfOld(Payment payment) {
    return payment.openedAt().plus(CLOSED_AFTER).isBefore(clock.instant())
        ? close(payment)
        : Future.failedFuture(PaymentRefusals.unsettled());
  }

  /** A charge may reach the provider at the same moment: the provider decides which comes first. */
  private Future<Payment> close(Payment payment) {
    return ask(payment, p -> provider.close(p.id(), p.amount()))
        .map(
            outcome ->
                outcome instanceof Outcome.Declined
                    ? new Outcome.Declined(Payment.ABANDONED)
                    : outcome)
        .compose(outcome -> storeResult(outcome, storeOf(payment)));
  }

  private Future<Payment> storeResult(Outcome outcome, Store store) {
    if (outcome instanceof Outcome.Approved) {
      return store.apply(p -> p.charged(clock.instant()));
    }
    if (outcome instanceof Outcome.Declined declined) {
      return store.apply(p -> p.declined(declined.reason(), clock.instant()));
    }
    return Future.failedFuture(PaymentRefusals.unsettled());
  }

  private Store storeOf(Payment payment) {
    return transition -> payments.change(payment.id(), transition);
  }
}
