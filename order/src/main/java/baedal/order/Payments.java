package baedal.order;

import baedal.runtime.Json;
import baedal.runtime.ServiceClient;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** What the payment service knows of orders that nobody has told us of yet. */
@FunctionalInterface
interface Payments {

  /** Those of these orders that somebody is paying, has paid, or promised to pay. */
  Future<Set<String>> standing(List<String> orderIds);

  /** Asks the payment service itself; fails while it is away. */
  static Payments of(ServiceClient service) {
    Duration timeout = Duration.ofSeconds(2);
    return orderIds ->
        service
            .post(
                "/internal/payments/standing", new JsonObject().put("orderIds", orderIds), timeout)
            .map(answer -> Set.copyOf(Json.toObject(answer, Orders.class).orderIds()));
  }

  /** As it answers. */
  record Orders(List<String> orderIds) {}
}
