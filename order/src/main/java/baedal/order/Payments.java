package baedal.order;

import baedal.runtime.Json;
import baedal.runtime.ServiceClient;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** The payment service, as {@link OrderTimers} calls it before unpaid orders expire. */
@FunctionalInterface
interface Payments {

  /** Those of these orders whose payment is in progress, made, or promised on delivery. */
  Future<Set<String>> withActivePayment(List<String> orderIds);

  /** Calls the payment service; the future fails while it cannot be reached. */
  static Payments of(ServiceClient service) {
    Duration timeout = Duration.ofSeconds(2);
    return orderIds ->
        service
            .post(
                "/internal/payments/standing", new JsonObject().put("orderIds", orderIds), timeout)
            .map(answer -> Set.copyOf(Json.toObject(answer, OrderIds.class).orderIds()));
  }

  /** The body of the response. */
  record OrderIds(List<String> orderIds) {}
}
