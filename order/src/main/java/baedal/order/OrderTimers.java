package baedal.order;

import baedal.events.Change;
import baedal.runtime.PeriodicTask;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Expires unpaid orders, completes served orders that no customer confirmed in time, and deletes
 * old idempotency keys. The database holds the due times, so they survive restarts. Every replica
 * runs these timers once a second. A transition changes nothing when another replica has already
 * made it.
 */
final class OrderTimers {

  private static final Logger log = LoggerFactory.getLogger(OrderTimers.class);
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  private final OrderRepository orders;
  private final Payments payments;
  private final Clock clock;
  private final Duration confirmsAfter;
  private final PeriodicTask task;

  /** The last order of the previous batch; null when the next run begins with the oldest order. */
  private volatile Order expiryCursor;

  OrderTimers(
      Vertx vertx, OrderRepository orders, Payments payments, Clock clock, Duration confirmsAfter) {
    this.orders = orders;
    this.payments = payments;
    this.clock = clock;
    this.confirmsAfter = confirmsAfter;
    task = new PeriodicTask(vertx, INTERVAL, "order timers", this::runOnce);
  }

  void start() {
    task.start();
  }

  void stop() {
    task.stop();
  }

  /** Processes one batch of unpaid orders and one batch of served orders. */
  Future<Void> runOnce() {
    Instant now = clock.instant();
    return orders
        .unpaidOverdue(now, expiryCursor)
        .compose(due -> expire(due, now))
        .compose(v -> orders.servedBefore(now.minus(confirmsAfter)))
        .compose(due -> changeEach(due, order -> Confirmation.byTimeout(order, confirmsAfter, now)))
        .compose(v -> orders.deleteOldKeys(now));
  }

  /**
   * Asks the payment service first: an order may be paid although its payment event has not
   * arrived, for example while the broker is down. While the payment service is down, no order
   * expires. The next run continues after this batch, so orders that wait for their payment event
   * do not block the others.
   */
  private Future<Void> expire(List<Order> due, Instant now) {
    boolean mayHaveMore = due.size() == OrderRepository.TIMER_BATCH;
    expiryCursor = mayHaveMore ? due.get(due.size() - 1) : null;
    return due.isEmpty()
        ? Future.succeededFuture()
        : payments
            .withActivePayment(due.stream().map(Order::id).toList())
            .onFailure(
                e ->
                    log.atWarn()
                        .addKeyValue("cause", e.toString())
                        .log("payment service unreachable, orders will expire later"))
            .compose(
                active -> changeEach(without(active, due), order -> Expiration.expire(order, now)))
            .otherwiseEmpty();
  }

  private static List<Order> without(Set<String> orderIds, List<Order> due) {
    return due.stream().filter(order -> !orderIds.contains(order.id())).toList();
  }

  /** Changes one order after another. A later run retries an order that failed. */
  private Future<Void> changeEach(List<Order> due, Function<Order, Change<Order>> transition) {
    Future<Void> done = Future.succeededFuture();
    for (Order order : due) {
      done =
          done.compose(v -> orders.change(order.id(), transition))
              .onFailure(
                  e ->
                      log.atWarn()
                          .addKeyValue("orderId", order.id())
                          .addKeyValue("cause", e.toString())
                          .log("order timer failed, will retry"))
              .otherwiseEmpty()
              .mapEmpty();
    }
    return done;
  }
}
