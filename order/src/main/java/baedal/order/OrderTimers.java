package baedal.order;

import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens when nobody does anything: unpaid orders expire, delivered ones are confirmed. Due
 * times are in the database, so that they survive restarts; the transition itself lets each happen
 * once, however many replicas look.
 */
final class OrderTimers {

  private static final Logger log = LoggerFactory.getLogger(OrderTimers.class);
  private static final long LOOK_MILLIS = 1_000;

  private final Vertx vertx;
  private final OrderRepository orders;
  private final Clock clock;
  private final Duration confirmsAfter;
  private long timer = -1;
  private boolean looking;

  OrderTimers(Vertx vertx, OrderRepository orders, Clock clock, Duration confirmsAfter) {
    this.vertx = vertx;
    this.orders = orders;
    this.clock = clock;
    this.confirmsAfter = confirmsAfter;
  }

  void start() {
    timer = vertx.setPeriodic(LOOK_MILLIS, id -> look());
  }

  void stop() {
    vertx.cancelTimer(timer);
  }

  private void look() {
    if (looking) {
      return;
    }
    looking = true;
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    Instant deliveredBefore = now.minus(confirmsAfter);
    orders
        .changeUnpaid(now, order -> order.expire(now))
        .compose(
            v ->
                orders.changeDelivered(
                    deliveredBefore, o -> o.confirmSilently(deliveredBefore, now)))
        .onFailure(
            e -> log.atWarn().addKeyValue("cause", e.toString()).log("the timers could not look"))
        .onComplete(v -> looking = false);
  }
}
