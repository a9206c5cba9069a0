package baedal.order;

import baedal.runtime.Json;
import baedal.runtime.ServiceClient;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * The request to the payment service that {@link OrderTimers} makes before unpaid orders expire.
 */
@FunctionalInterface
interface Payments {

  /**
   * The orders among {@code orderIds} that are being paid, are paid, or will be paid on delivery.
   */
  Future<Set<String>> withActivePayment(List<String> orderIds);

  /**
   * Calls the payment service over HTTP. The future fails when no response comes within 2 seconds.
   */
  static Payments of(ServiceClient service) {
    Duration timeout = Duration.ofSeconds(2);
    return orderIds ->
        service
            .post(
                "/internal/payments/standing", new JsonObject().put("orderIds", orderIds), timeout)
            .map(answer -> Set.copyOf(Json.toObject(answer, OrderIds.class).orderIds()));
  }

  /** The response body: the orders that are being paid, are paid, or will be paid on delivery. */
  record OrderIds(List<String> orderIds) {}
}
