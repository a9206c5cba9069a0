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
 * What happens when nobody does anything: unpaid orders expire, served ones are confirmed, old keys
 * are forgotten. Due times are in the database, so that they survive restarts; the transition
 * itself lets each happen once, however many replicas look.
 */
final class OrderTimers {

  private static final Logger log = LoggerFactory.getLogger(OrderTimers.class);
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final OrderRepository orders;
  private final Payments payments;
  private final Clock clock;
  private final Duration confirmsAfter;
  private final PeriodicTask looks;

  /** Of those not known to be paid; null before the first, and when all were looked at. */
  private volatile Order lastUnpaid;

  OrderTimers(
      Vertx vertx, OrderRepository orders, Payments payments, Clock clock, Duration confirmsAfter) {
    this.orders = orders;
    this.payments = payments;
    this.clock = clock;
    this.confirmsAfter = confirmsAfter;
    looks = new PeriodicTask(vertx, LOOK, "what is due", this::look);
  }

  void start() {
    looks.start();
  }

  void stop() {
    looks.stop();
  }

  /** Does all that is due now. */
  Future<Void> look() {
    Instant now = clock.instant();
    return orders
        .unpaidAt(now, lastUnpaid)
        .compose(due -> expire(due, now))
        .compose(v -> orders.servedBefore(now.minus(confirmsAfter)))
        .compose(due -> changeEach(due, order -> order.confirmSilently(confirmsAfter, now)))
        .compose(v -> orders.forget(now));
  }

  /**
   * An order may be paid although we have not heard of it: the word of it can be late by as long as
   * the broker is away. So payment is asked, and while it is away nothing expires. The next look
   * goes on where this one ends: what waits for the word of its payment holds up no other.
   */
  private Future<Void> expire(List<Order> due, Instant now) {
    boolean further = due.size() == OrderRepository.SWEEP;
    lastUnpaid = further ? due.get(due.size() - 1) : null;
    return due.isEmpty()
        ? Future.succeededFuture()
        : payments
            .standing(due.stream().map(Order::id).toList())
            .onFailure(
                e -> log.atWarn().addKeyValue("cause", e.toString()).log("nothing expires yet"))
            .compose(paid -> changeEach(unless(paid, due), order -> order.expire(now)))
            .otherwiseEmpty();
  }

  private static List<Order> unless(Set<String> paid, List<Order> due) {
    return due.stream().filter(order -> !paid.contains(order.id())).toList();
  }

  /** One after another; what fails for one order is tried again, and holds up no other. */
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
                          .log("a timer waits"))
              .otherwiseEmpty()
              .mapEmpty();
    }
    return done;
  }
}
