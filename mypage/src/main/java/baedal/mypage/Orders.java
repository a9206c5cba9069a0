package baedal.mypage;

import baedal.runtime.Refusal;
import baedal.runtime.ServiceClient;
import io.vertx.core.Future;
import java.time.Duration;

/** Asks the order service about an order that has no page yet. */
final class Orders {

  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  private final ServiceClient orders;

  Orders(ServiceClient orders) {
    this.orders = orders;
  }

  /**
   * Whether this customer has such an order. Fails with {@code order-unavailable} when the order
   * service cannot say.
   */
  Future<Boolean> has(String orderId, String customerId) {
    return orders
        .get("/internal/orders/" + orderId + "/due", TIMEOUT)
        .map(due -> customerId.equals(due.getString("customerId")))
        .recover(
            e -> Refusal.isNotFound(e) ? Future.succeededFuture(false) : Future.failedFuture(e));
  }
}
