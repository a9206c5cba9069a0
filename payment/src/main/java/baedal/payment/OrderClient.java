package baedal.payment;

import baedal.runtime.Json;
import baedal.runtime.Refusal;
import baedal.runtime.ServiceClient;
import io.vertx.core.Future;
import java.time.Duration;

/** Gets the amount due of an order from the order service. */
final class OrderClient {

  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  private final ServiceClient orders;

  OrderClient(ServiceClient orders) {
    this.orders = orders;
  }

  /** The amount due of the order. Another customer's order is refused as not found. */
  Future<Payment.Due> due(String orderId, String customerId) {
    return orders
        .get("/internal/orders/" + orderId + "/due", TIMEOUT)
        .map(json -> Json.toObject(json, Payment.Due.class))
        .map(
            due -> {
              if (!due.customerId().equals(customerId)) {
                throw Refusal.notFound("there is no order " + orderId);
              }
              return due;
            });
  }
}
