package baedal.coupon;

import baedal.events.Change;
import baedal.events.CouponEvent;
import baedal.events.EventMessage;
import baedal.events.OrderEvent;
import baedal.rabbitmq.LogReader;
import baedal.rabbitmq.Subscription;
import baedal.runtime.PeriodicTask;
import baedal.runtime.Refusal;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Redis that was started anew may have forgotten its last moments. Before anything is claimed or
 * taken again, the log of events is read from a while before: what it tells is done once more,
 * where it is not known, and each order that held a coupon is asked whether it still does.
 */
final class RedisRecovery {

  private static final Logger log = LoggerFactory.getLogger(RedisRecovery.class);
  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final Duration MARGIN = Duration.ofMinutes(1);
  private static final int LANES = 16;

  private final Vertx vertx;
  private final String amqpUri;
  private final CouponRepository coupons;
  private final Subscription subscription;
  private final CouponReconciliation holdings;
  private final Clock clock;
  private final PeriodicTask looks;
  private volatile String sureOf;

  RedisRecovery(
      Vertx vertx,
      String amqpUri,
      CouponRepository coupons,
      Subscription subscription,
      CouponReconciliation holdings,
      Clock clock) {
    this.vertx = vertx;
    this.amqpUri = amqpUri;
    this.coupons = coupons;
    this.subscription = subscription;
    this.holdings = holdings;
    this.clock = clock;
    looks = new PeriodicTask(vertx, LOOK, "whether coupons are complete", this::look);
  }

  void start() {
    looks.start();
    looks.runNow();
  }

  void stop() {
    looks.stop();
  }

  /** Does {@code work} when all that Redis ever confirmed is known; else asks to come back. */
  <T> Future<T> whenSure(Supplier<Future<T>> work) {
    return coupons
        .presentRun()
        .compose(
            run ->
                run.equals(sureOf)
                    ? work.get()
                    : Future.failedFuture(
                        Refusal.unavailable(
                            "coupons-unavailable",
                            "coupons are being checked after a restart: try again",
                            Duration.ofSeconds(2))));
  }

  /** Succeeds when all that Redis ever confirmed is known. */
  Future<?> sure() {
    return whenSure(Future::succeededFuture);
  }

  private Future<?> look() {
    return coupons
        .run()
        .compose(
            run ->
                run.present().equals(run.known())
                    ? Future.succeededFuture(run.present())
                    : recover(run.knownAt()).compose(v -> still(run.present())))
        .compose(run -> coupons.remember(run, clock.instant()).onSuccess(v -> sureOf = run));
  }

  /** A Redis that was started anew once more may have forgotten what was just recovered. */
  private Future<String> still(String run) {
    return coupons
        .presentRun()
        .map(
            present -> {
              if (!present.equals(run)) {
                throw new IllegalStateException("Redis was started anew once more");
              }
              return run;
            });
  }

  /** {@code knownAt}: until when everything is known; null when nothing is. */
  private Future<Void> recover(Instant knownAt) {
    Map<String, String> holders = new ConcurrentHashMap<>();
    Map<String, CouponEvent.Revoked> revoked = new ConcurrentHashMap<>();
    LogReader reader =
        new LogReader(
            vertx,
            amqpUri,
            "coupon-recovery",
            knownAt == null ? null : knownAt.minus(MARGIN),
            message -> handled(message, holders, revoked));
    reader.start();
    return reader
        .caughtUp()
        .compose(v -> inLanes(revoked.values(), this::revoke))
        .compose(
            v ->
                inLanes(
                    holders.entrySet(),
                    holder -> holdings.reconcile(holder.getKey(), holder.getValue())))
        .onSuccess(
            v ->
                log.atInfo()
                    .addKeyValue("events", reader.handled())
                    .addKeyValue("claims", holders.size())
                    .log("Redis was started anew: coupons are complete"))
        .eventually(reader::stop)
        .mapEmpty();
  }

  private Future<Void> handled(
      EventMessage message, Map<String, String> holders, Map<String, CouponEvent.Revoked> revoked) {
    if (message.data() instanceof OrderEvent.Updated updated) {
      hold(holders, updated.orderId(), updated.order().couponId());
    } else if (message.data() instanceof OrderEvent.Paid paid) {
      hold(holders, paid.orderId(), paid.order().couponId());
    } else if (message.data() instanceof CouponEvent.Revoked gone) {
      revoked.put(gone.couponId(), gone);
    } else if (message.data() instanceof CouponEvent.Issued issued && issued.campaignId() != null) {
      return coupons.reissue(of(issued), issued.campaignId());
    }
    return subscription.handles(message)
        ? subscription.handle(message).mapEmpty()
        : Future.succeededFuture();
  }

  /** A few at a time, however many there are. */
  private static <T> Future<?> inLanes(Collection<T> things, Function<T, Future<?>> work) {
    List<Future<?>> lanes = new ArrayList<>(Collections.nCopies(LANES, Future.succeededFuture()));
    int next = 0;
    for (T thing : things) {
      int lane = next++ % LANES;
      lanes.set(lane, lanes.get(lane).compose(v -> work.apply(thing)));
    }
    return Future.all(lanes);
  }

  private Future<?> revoke(CouponEvent.Revoked gone) {
    return coupons.change(
        gone.couponId(),
        coupon ->
            coupon == null || coupon.status() == CouponStatus.USED
                ? Change.none(coupon)
                : coupon.revoke(gone.reason(), clock.instant()));
  }

  /**
   * By order: the log keeps the order of events only for each order, and several may have held the
   * same coupon one after another.
   */
  private static void hold(Map<String, String> holders, String orderId, String couponId) {
    if (couponId != null) {
      holders.put(orderId, couponId);
    }
  }

  private static Coupon of(CouponEvent.Issued issued) {
    return Coupon.issue(
            null,
            issued.couponId(),
            issued.customerId(),
            issued.name(),
            issued.discount(),
            null,
            issued.campaignId(),
            issued.expiresAt(),
            issued.at())
        .state();
  }
}
