package baedal.mypage;

import baedal.runtime.Refusal;
import baedal.runtime.ServiceClient;
import io.vertx.core.Future;
import java.time.Duration;

/** The client of the order service, which MyPage asks about an order that has no page yet. */
final class OrderClient {

  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  private final ServiceClient orders;

  OrderClient(ServiceClient orders) {
    this.orders = orders;
  }

  /**
   * Whether this customer has placed this order. False if there is no such order. Fails with {@code
   * order-unavailable} if the order service does not respond.
   */
  Future<Boolean> isOwnedBy(String orderId, String customerId) {
    return orders
        .get("/internal/orders/" + orderId + "/due", TIMEOUT)
        .map(due -> customerId.equals(due.getString("customerId")))
        .recover(
            e -> Refusal.isNotFound(e) ? Future.succeededFuture(false) : Future.failedFuture(e));
  }
}
