package baedal.payment;

import baedal.runtime.ContextFutures;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Lets equal concurrent requests to this process share the result of one payment. Requests are
 * equal when they have the same content, and the order has not changed between them.
 */
final class InFlightPayments {

  /**
   * Equal requests share a payment only for this time after the payment began. A request that comes
   * later does not wait for the first request, because that request may never get a response.
   * Customers normally wait longer than this before a retry.
   */
  private static final long SHARED_MILLIS = 500;

  private record Key(PaymentRequest request, Payment.Due due) {}

  private final Vertx vertx;
  private final Map<Key, Future<PaymentResult>> inFlight = new ConcurrentHashMap<>();

  InFlightPayments(Vertx vertx) {
    this.vertx = vertx;
  }

  /**
   * The result of an equal request that is in progress. If there is none, runs {@code payment} and
   * returns its result.
   */
  Future<PaymentResult> share(
      PaymentRequest request, Payment.Due due, Supplier<Future<PaymentResult>> payment) {
    Key key = new Key(request.content(), due);
    Future<PaymentResult> first = inFlight.get(key);
    if (first != null) {
      request.callersWait().join();
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
