package baedal.payment;

import baedal.events.Change;
import baedal.payment.PaymentDecision.Found;
import baedal.payment.PaymentRepository.KeyedPayment;
import baedal.runtime.Ids;
import baedal.runtime.Refusal;
import io.vertx.core.Future;
import java.time.Clock;
import java.util.Optional;

/**
 * Pays an order at most once, for any number of requests. A request continues the attempt that is
 * stored with its idempotency key. Without a stored attempt, the request opens a payment and
 * charges it, or takes the result of the order's active payment.
 */
final class PayOrder {

  private final OrderClient orders;
  private final PaymentRepository payments;
  private final ChargePayment charges;
  private final InFlightPayments inFlight;
  private final Clock clock;

  PayOrder(
      OrderClient orders,
      PaymentRepository payments,
      ChargePayment charges,
      InFlightPayments inFlight,
      Clock clock) {
    this.orders = orders;
    this.payments = payments;
    this.charges = charges;
    this.inFlight = inFlight;
    this.clock = clock;
  }

  /**
   * Returns the payment of the order, or the declined attempt. Requests with one idempotency key
   * get the same result: that of the first request that ended before its client timed out. Fails
   * with a {@link Refusal} when there is no result. The future may complete later than the caller
   * waits ({@link CallersWait#responseOf}).
   */
  Future<PaymentResult> pay(PaymentRequest request) {
    return resumeByKey(request)
        .compose(
            resumed ->
                resumed.isPresent() ? Future.succeededFuture(resumed.get()) : openOrJoin(request))
        .compose(result -> keepAnswer(request, result));
  }

  private Future<PaymentResult> keepAnswer(PaymentRequest request, PaymentResult result) {
    return request.key() != null && request.callersWait().isAwaited()
        ? payments
            .keepAnswer(request.key(), result.payment())
            .map(first -> new PaymentResult(first, result.charged()))
        : Future.succeededFuture(result);
  }

  private Future<PaymentResult> openOrJoin(PaymentRequest request) {
    return due(request)
        .compose(
            due ->
                inFlight.share(
                    request,
                    due,
                    () -> due.payable() ? open(request, due) : joinActiveOrRefuse(request, due)));
  }

  private Future<PaymentResult> open(PaymentRequest request, Payment.Due due) {
    String lastFour = Payment.lastFour(request.card());
    Change<Payment> opened;
    try {
      opened = Payment.open(Ids.next(), due, request.method(), lastFour, clock.instant());
    } catch (Refusal refusal) {
      // If the order is already paid, even an invalid request gets the payment of the order.
      return joinActive(request, due).map(active -> active.orElseThrow(() -> refusal));
    }
    if (opened.state().needsProvider() && !request.callersWait().leavesTimeForProvider()) {
      return Future.failedFuture(request.callersWait().noTime());
    }
    return payments
        .insert(opened, request.key())
        .compose(
            inserted -> inserted ? charge(request, due, opened) : joinConcurrent(request, due));
  }

  private Future<PaymentResult> charge(
      PaymentRequest request, Payment.Due due, Change<Payment> opened) {
    Payment payment = opened.state();
    return payment.status() == PaymentStatus.CHARGING
        ? charges
            .charge(
                payment,
                request.card(),
                request.callersWait()::ask,
                change ->
                    payments.changeInserted(opened, request.callersWait().isAwaited(), change))
            .compose(ended -> carryOut(Found.AFTER_CHARGE, ended, due, request))
            .map(PayOrder::orPending)
        : Future.succeededFuture(PaymentResult.stored(payment));
  }

  /**
   * Takes the result of a concurrent request that used the same key, or that opened a payment of
   * the same order.
   */
  private Future<PaymentResult> joinConcurrent(PaymentRequest request, Payment.Due due) {
    return resumeByKey(request)
        .compose(
            resumed ->
                resumed.isPresent() ? Future.succeededFuture(resumed) : joinActive(request, due))
        .map(PayOrder::orPending);
  }

  /**
   * Continues the attempt that is stored with the key of the request. Empty if no attempt is
   * stored, or if the provider never received the charge, so that another payment can be opened
   * with this key.
   */
  private Future<Optional<PaymentResult>> resumeByKey(PaymentRequest request) {
    return request.key() == null
        ? Future.succeededFuture(Optional.empty())
        : payments
            .findByKey(request.key())
            .compose(
                keyed ->
                    keyed.isPresent()
                        ? resume(request, keyed.get())
                        : Future.succeededFuture(Optional.empty()));
  }

  private Future<Optional<PaymentResult>> resume(PaymentRequest request, KeyedPayment keyed) {
    PaymentResult stored = PaymentResult.stored(keyed.payment());
    if (keyed.answered()) {
      return keyed.payment().hasNoResult()
          ? Future.failedFuture(PaymentRefusals.voided())
          : Future.succeededFuture(Optional.of(stored));
    }
    return due(request)
        .compose(
            due ->
                due.payable()
                    ? carryOut(Found.BY_KEY, stored, due, request)
                    : joinActiveOrRefuse(request, due).map(Optional::of));
  }

  /** As {@link #joinActive}, but refuses an order without an active payment. */
  private Future<PaymentResult> joinActiveOrRefuse(PaymentRequest request, Payment.Due due) {
    return joinActive(request, due)
        .map(active -> active.orElseThrow(() -> PaymentRefusals.orderState(due)));
  }

  /** Takes the result of the order's active payment. Empty when the order has none. */
  private Future<Optional<PaymentResult>> joinActive(PaymentRequest request, Payment.Due due) {
    return payments
        .findActive(due.orderId())
        .compose(
            active ->
                active.isPresent()
                    ? carryOut(Found.BY_ORDER, PaymentResult.stored(active.get()), due, request)
                    : Future.succeededFuture(Optional.empty()));
  }

  /** Carries out the decision about a stored payment. Empty when another payment can be opened. */
  private Future<Optional<PaymentResult>> carryOut(
      Found found, PaymentResult result, Payment.Due due, PaymentRequest request) {
    Payment payment = result.payment();
    return switch (PaymentDecision.of(found, payment, due, request)) {
      case ANSWER -> Future.succeededFuture(Optional.of(result));
      case LOOK_UP_OR_CHARGE ->
          charges
              .lookUpOrCharge(
                  payment, request.card(), request.callersWait()::ask, answering(request, payment))
              .compose(ended -> carryOut(Found.AFTER_CHARGE, ended, due, request));
      case LOOK_UP ->
          charges
              .lookUp(payment, request.callersWait()::ask)
              .map(PaymentResult::stored)
              .compose(ended -> carryOut(Found.AFTER_CHARGE, ended, due, request));
      case OPEN_ANOTHER ->
          payments.releaseKey(request.key(), payment.id()).map(v -> Optional.empty());
      case REFUSE_PENDING -> Future.failedFuture(PaymentRefusals.pending());
      case REFUSE_DEFERRED -> Future.failedFuture(PaymentRefusals.deferred());
      case REFUSE_VOID -> Future.failedFuture(PaymentRefusals.voided());
      case REFUSE_ORDER_STATE -> Future.failedFuture(PaymentRefusals.orderState(due));
    };
  }

  /**
   * Stores the result of the charge. If the client still waits, also stores it as the answer of the
   * idempotency keys of the payment.
   */
  private ChargePayment.Store answering(PaymentRequest request, Payment payment) {
    return change ->
        request.callersWait().isAwaited()
            ? payments.changeAsAnswer(payment.id(), change)
            : payments.change(payment.id(), change);
  }

  private Future<Payment.Due> due(PaymentRequest request) {
    return request.statedDue() == null
        ? orders.due(request.orderId(), request.customerId())
        : Future.succeededFuture(request.statedDue());
  }

  private static PaymentResult orPending(Optional<PaymentResult> result) {
    return result.orElseThrow(PaymentRefusals::pending);
  }
}
