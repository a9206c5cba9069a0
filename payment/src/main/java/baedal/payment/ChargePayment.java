package baedal.payment;

import baedal.events.Change;
import baedal.payment.PaymentProvider.Outcome;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Charges a payment at the provider and stores the result. Looks up a charge whose response was
 * lost, and closes a charge that the provider did not receive, so that it takes no money later. The
 * payment is stored as CHARGING before the provider is called.
 */
final class ChargePayment {

  /**
   * A charge that is older than this is closed at the provider if the provider does not know it.
   */
  private static final Duration CLOSED_AFTER = Duration.ofSeconds(60);

  /** Applies a transition to the payment and stores the new state. */
  interface Store extends Function<Function<Payment, Change<Payment>>, Future<Payment>> {}

  /** Makes a call of the provider. {@link CallersWait#ask} measures how long it takes. */
  interface Caller extends Function<Supplier<Future<Outcome>>, Future<Outcome>> {}

  private final PaymentRepository payments;
  private final PaymentProvider provider;
  private final Clock clock;

  ChargePayment(PaymentRepository payments, PaymentProvider provider, Clock clock) {
    this.payments = payments;
    this.provider = provider;
    this.clock = clock;
  }

  /** Charges the payment and stores the result. {@code card} may be null. */
  Future<PaymentResult> charge(Payment payment, String card, Caller caller, Store store) {
    return ask(payment, caller, p -> provider.charge(p.id(), p.amount(), p.method().name(), card))
        .compose(outcome -> conclude(payment, outcome, store))
        .map(ended -> new PaymentResult(ended, payment.amount() > 0));
  }

  /** As {@link #lookUp}, but charges the payment if the provider does not know the charge. */
  Future<PaymentResult> lookUpOrCharge(Payment payment, String card, Caller caller, Store store) {
    return askForResult(payment, caller)
        .compose(
            outcome ->
                outcome instanceof Outcome.Unknown
                    ? charge(payment, card, caller, store)
                    : conclude(payment, outcome, storeOf(payment)).map(PaymentResult::stored));
  }

  /**
   * Asks the provider for the result of an earlier charge and stores it. If the provider does not
   * know the charge, closes the charge if it is older than {@link #CLOSED_AFTER}, and fails
   * otherwise.
   */
  Future<Payment> lookUp(Payment payment, Caller caller) {
    return askForResult(payment, caller)
        .compose(outcome -> conclude(payment, outcome, storeOf(payment)));
  }

  private Future<Outcome> askForResult(Payment payment, Caller caller) {
    return ask(payment, caller, p -> provider.lookup(p.id(), p.amount()));
  }

  /** Calls the provider, except for a payment of 0 won, which is approved at once. */
  private static Future<Outcome> ask(
      Payment payment, Caller caller, Function<Payment, Future<Outcome>> call) {
    return payment.amount() == 0
        ? Future.succeededFuture(new Outcome.Approved())
        : caller
            .apply(() -> call.apply(payment))
            .timeout(PaymentProvider.TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
            .recover(e -> Future.failedFuture(PaymentRefusals.unavailable()));
  }

  private Future<Payment> conclude(Payment payment, Outcome outcome, Store store) {
    return outcome instanceof Outcome.Unknown ? closeIfOld(payment) : storeResult(outcome, store);
  }

  private Future<Payment> closeIfOld(Payment payment) {
    return payment.openedAt().plus(CLOSED_AFTER).isBefore(clock.instant())
        ? close(payment)
        : Future.failedFuture(PaymentRefusals.pending());
  }

  /**
   * Closes the charge at the provider and stores the final result. A delayed request to charge may
   * reach the provider at the same time. The provider decides which of the two requests takes
   * effect, so the charge may still be approved.
   */
  private Future<Payment> close(Payment payment) {
    return ask(payment, Supplier::get, p -> provider.close(p.id(), p.amount()))
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
    return Future.failedFuture(PaymentRefusals.pending());
  }

  private Store storeOf(Payment payment) {
    return transition -> payments.change(payment.id(), transition);
  }
}
