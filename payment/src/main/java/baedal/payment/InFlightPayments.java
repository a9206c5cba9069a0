package baedal.payment;

import baedal.runtime.ContextFutures;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Shares the result of one payment among equal requests that this process receives at once. They
 * are equal when they ask for the same, and the order has not changed between them.
 */
final class InFlightPayments {

  /**
   * A later request pays by itself, since the first one may never be answered. The time is shorter
   * than a customer waits before a retry.
   */
  private static final long SHARED_MILLIS = 500;

  private record Key(PaymentRequest request, Payment.Due due) {}

  private final Vertx vertx;
  private final Map<Key, Future<PaymentResult>> inFlight = new ConcurrentHashMap<>();

  InFlightPayments(Vertx vertx) {
    this.vertx = vertx;
  }

  /** The result of an equal request that is in flight, or else of {@code payment}. */
  Future<PaymentResult> share(
      PaymentRequest request, Payment.Due due, Supplier<Future<PaymentResult>> payment) {
    Key key = new Key(request.withoutDeadline(), due);
    Future<PaymentResult> first = inFlight.get(key);
    if (first != null) {
      return ContextFutures.onCallersContext(first);
    }
    Future<PaymentResult> result = payment.get();
    inFlight.put(key, result);
    long timer = vertx.setTimer(SHARED_MILLIS, id -> inFlight.remove(key, result));
    return result.onComplete(
        done -> {
          vertx.cancelTimer(timer);
          inFlight.remove(key, result);
        });
  }
}
