package baedal.gateway;

import baedal.runtime.Boot;
import baedal.runtime.Refusal;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;

/**
 * Limits the number of new orders in progress while Baedal is saturated, so that orders that were
 * placed are paid in time. New orders are {@code POST /orders} and {@code POST /checkouts}. Further
 * ones wait in a queue for a limited time, and then get a 503; no order was placed then. No other
 * request is limited. {@link AdmissionLimit} is the limit. Runs on one event loop.
 */
final class OrderAdmission {

  /**
   * An order counts until its response, but at most for this time. So a client that sends its body
   * slowly cannot keep others out.
   */
  private static final Duration MAX_HELD = Duration.ofSeconds(2);

  private static final int MAX_WAITING = 1_024;
  private static final Duration RETRY_AFTER = Duration.ofSeconds(2);
  private static final long TICK_MILLIS = 20;
  private static final int TICKS_PER_UPDATE = 5;
  private static final String SUBJECT = "subject:";

  private final Vertx vertx;
  private final AdmissionLimit limit = new AdmissionLimit();
  private final Saturation saturation = new Saturation();
  private final ConnectionSlots slots;
  private final Counter refused;
  private int mostInProgress;
  private int ticks;

  /** {@code maxWait} is how long an order waits before its 503. */
  OrderAdmission(Vertx vertx, Duration maxWait) {
    this.vertx = vertx;
    slots = new ConnectionSlots(vertx, limit.value(), MAX_WAITING, maxWait);
    MeterRegistry metrics = Boot.metrics(vertx);
    Gauge.builder("baedal.admission.limit", limit, AdmissionLimit::value)
        .description("maximum number of new orders in progress")
        .register(metrics);
    Gauge.builder("baedal.admission.waiting", slots, ConnectionSlots::waiting)
        .description("new orders that wait until they may begin")
        .register(metrics);
    Gauge.builder("baedal.event.loop.delay", saturation, Saturation::delaySeconds)
        .description("how late the timers of the gateway's event loop are")
        .baseUnit("seconds")
        .register(metrics);
    refused =
        Counter.builder("baedal.admission.refused")
            .description("new orders that got 503 because they waited too long")
            .register(metrics);
    awaitTick();
  }

  void mount(Router router, int order) {
    router.route("/orders").order(order).handler(this::admit);
    router.route("/checkouts").order(order).handler(this::admit);
  }

  /** A request without a valid token passes: it places no order, and gets a 401 soon. */
  private void admit(RoutingContext ctx) {
    String group = ConcurrentRequestLimits.group(ctx);
    if (!ctx.request().method().equals(HttpMethod.POST) || !group.startsWith(SUBJECT)) {
      ctx.next();
      return;
    }
    ConnectionSlots.Slot slot = slots.acquire(group);
    ctx.addEndHandler(ended -> slot.release());
    Paused.until(
        ctx,
        slot.granted().recover(e -> Future.failedFuture(busy())),
        granted -> {
          mostInProgress = Math.max(mostInProgress, slots.inUse());
          long timer = vertx.setTimer(MAX_HELD.toMillis(), id -> slot.release());
          ctx.addEndHandler(ended -> vertx.cancelTimer(timer));
          ctx.next();
        });
  }

  /** Measures how long placing an order takes. Returns {@code order}. */
  <T> Future<T> measure(Future<T> order) {
    long begin = System.nanoTime();
    return order.onComplete(done -> saturation.placed(System.nanoTime() - begin));
  }

  /** A call of the payment service has ended. */
  void paymentEnded(ProviderVerdict verdict) {
    saturation.paid(verdict == ProviderVerdict.BUSY);
  }

  private void awaitTick() {
    long begin = System.nanoTime();
    vertx.setTimer(
        TICK_MILLIS,
        id -> {
          long late = System.nanoTime() - begin - Duration.ofMillis(TICK_MILLIS).toNanos();
          saturation.timerLate(Math.max(0, late));
          if (++ticks % TICKS_PER_UPDATE == 0) {
            update();
          }
          awaitTick();
        });
  }

  private void update() {
    saturation.forget();
    limit.update(saturation.isSaturated(), mostInProgress, System.nanoTime());
    slots.resize(limit.value());
    mostInProgress = slots.inUse();
  }

  private Refusal busy() {
    refused.increment();
    return Refusal.unavailable(
        "busy",
        "too many orders are being placed, and yours was not placed: " + Refusal.RETRY_LATER,
        RETRY_AFTER);
  }
}
