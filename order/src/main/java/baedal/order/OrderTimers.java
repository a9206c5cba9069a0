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
 * old idempotency keys and past nights. The times at which orders expire or are completed come from
 * the database, so they survive restarts. Every replica runs these timers once a second. A
 * transition that another replica has already made changes nothing.
 */
final class OrderTimers {

  private static final Logger log = LoggerFactory.getLogger(OrderTimers.class);
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  private final OrderRepository orders;
  private final CatalogRepository catalogs;
  private final Payments payments;
  private final Clock clock;
  private final Duration confirmsAfter;
  private final PeriodicTask task;

  /**
   * The last unpaid order that the previous run processed; null if the next run begins again with
   * the earliest {@code expiresAt}.
   */
  private volatile Order expiryCursor;

  OrderTimers(
      Vertx vertx,
      OrderRepository orders,
      CatalogRepository catalogs,
      Payments payments,
      Clock clock,
      Duration confirmsAfter) {
    this.orders = orders;
    this.catalogs = catalogs;
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

  /**
   * Expires one batch of unpaid orders, completes one batch of served orders, and deletes old
   * idempotency keys and past nights. {@link OrderRepository#TIMER_BATCH} is the size of a batch.
   */
  Future<Void> runOnce() {
    Instant now = clock.instant();
    return orders
        .unpaidOverdue(now, expiryCursor)
        .compose(due -> expire(due, now))
        .compose(v -> orders.servedBefore(now.minus(confirmsAfter)))
        .compose(due -> changeEach(due, order -> Confirmation.byTimeout(order, confirmsAfter, now)))
        .compose(v -> orders.deleteOldKeys(now))
        .compose(v -> catalogs.deletePastNights(now));
  }

  /**
   * Expires the orders that have no payment. Asks the payment service first: an order may be paid
   * although its payment event has not arrived, for example while the broker is down. While the
   * payment service is down, no order expires. The next run continues after the last order of
   * {@code due}, so that orders that wait for their payment event do not block other orders.
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
                        .log("payment service unreachable, expiry of unpaid orders is postponed"))
            .compose(
                active -> changeEach(without(active, due), order -> Expiration.expire(order, now)))
            .otherwiseEmpty();
  }

  private static List<Order> without(Set<String> orderIds, List<Order> due) {
    return due.stream().filter(order -> !orderIds.contains(order.id())).toList();
  }

  /**
   * Applies the transition to one order after another. If it fails for one order, the others are
   * still changed, and a later run retries the failed order.
   */
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
                          .log("timer could not change the order, will retry"))
              .otherwiseEmpty()
              .mapEmpty();
    }
    return done;
  }
}
