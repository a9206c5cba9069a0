package baedal.coupon;

import baedal.events.Change;
import baedal.events.CouponEvent;
import baedal.events.EventMessage;
import baedal.events.OrderEvent;
import baedal.rabbitmq.LogReader;
import baedal.rabbitmq.Subscription;
import baedal.runtime.PeriodicTask;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Restores coupons after a restart of Redis, which may have lost its last writes. It replays the
 * log of events, beginning shortly before the restart. Then it asks the order service about each
 * order that had a coupon. No coupon can be used or taken until all coupons are restored.
 */
final class RedisRecovery {

  private static final Logger log = LoggerFactory.getLogger(RedisRecovery.class);
  private static final Duration CHECK_INTERVAL = Duration.ofSeconds(1);

  /**
   * The replay begins this long before the time at which a check last found all coupons in Redis.
   */
  private static final Duration MARGIN = Duration.ofMinutes(1);

  /** Maximum number of coupons that are restored at the same time. */
  private static final int CONCURRENCY = 16;

  private final Vertx vertx;
  private final String amqpUri;
  private final RedisRunRepository runs;
  private final CouponRepository coupons;
  private final CampaignRepository campaigns;
  private final Subscription subscription;
  private final CouponReconciliation reconciliation;
  private final Clock clock;
  private final PeriodicTask checks;

  RedisRecovery(
      Vertx vertx,
      String amqpUri,
      RedisRunRepository runs,
      CouponRepository coupons,
      CampaignRepository campaigns,
      Subscription subscription,
      CouponReconciliation reconciliation,
      Clock clock) {
    this.vertx = vertx;
    this.amqpUri = amqpUri;
    this.runs = runs;
    this.coupons = coupons;
    this.campaigns = campaigns;
    this.subscription = subscription;
    this.reconciliation = reconciliation;
    this.clock = clock;
    checks = new PeriodicTask(vertx, CHECK_INTERVAL, "check for a restart of Redis", this::check);
  }

  void start() {
    checks.start();
    checks.runNow();
  }

  void stop() {
    checks.stop();
  }

  private Future<?> check() {
    return runs.find()
        .compose(
            found ->
                found.present().equals(found.complete())
                    ? Future.succeededFuture(found.present())
                    : recover(found.completeAt()).compose(v -> requireSameRun(found.present())))
        .compose(run -> runs.storeComplete(run, clock.instant()));
  }

  /** Fails if Redis restarted during the recovery, because Redis may have lost coupons again. */
  private Future<String> requireSameRun(String run) {
    return runs.present()
        .map(
            present -> {
              if (!present.equals(run)) {
                throw new IllegalStateException("Redis restarted during the recovery");
              }
              return run;
            });
  }

  /**
   * Restores the coupons that Redis may have lost. {@code completeAt} is the time at which a check
   * last found all coupons in Redis; null replays the whole log.
   */
  private Future<Void> recover(Instant completeAt) {
    Map<String, String> holders = new ConcurrentHashMap<>();
    Map<String, CouponEvent.Revoked> revoked = new ConcurrentHashMap<>();
    LogReader reader =
        new LogReader(
            vertx,
            amqpUri,
            "coupon-recovery",
            completeAt == null ? null : completeAt.minus(MARGIN),
            message -> replay(message, holders, revoked));
    reader.start();
    return reader
        .caughtUp()
        .compose(v -> inParallel(revoked.values(), this::revoke))
        .compose(
            v ->
                inParallel(
                    holders.entrySet(),
                    holder -> reconciliation.reconcile(holder.getKey(), holder.getValue())))
        .onSuccess(
            v ->
                log.atInfo()
                    .addKeyValue("events", reader.handled())
                    .addKeyValue("claims", holders.size())
                    .log("coupons restored after a restart of Redis"))
        .eventually(reader::stop)
        .mapEmpty();
  }

  private Future<Void> replay(
      EventMessage message, Map<String, String> holders, Map<String, CouponEvent.Revoked> revoked) {
    if (message.data() instanceof OrderEvent.Updated updated) {
      addHolder(holders, updated.orderId(), updated.order().couponId());
    } else if (message.data() instanceof OrderEvent.Paid paid) {
      addHolder(holders, paid.orderId(), paid.order().couponId());
    } else if (message.data() instanceof CouponEvent.Revoked revocation) {
      revoked.put(revocation.couponId(), revocation);
    } else if (message.data() instanceof CouponEvent.Issued issued && issued.campaignId() != null) {
      return campaigns.reissue(coupon(issued), issued.campaignId());
    }
    return subscription.handles(message)
        ? subscription.handle(message).mapEmpty()
        : Future.succeededFuture();
  }

  /** Runs {@code work} for each item, at most {@link #CONCURRENCY} at the same time. */
  private static <T> Future<?> inParallel(Collection<T> items, Function<T, Future<?>> work) {
    List<Future<?>> lanes =
        new ArrayList<>(Collections.nCopies(CONCURRENCY, Future.succeededFuture()));
    int next = 0;
    for (T item : items) {
      int lane = next++ % CONCURRENCY;
      lanes.set(lane, lanes.get(lane).compose(v -> work.apply(item)));
    }
    return Future.all(lanes);
  }

  private Future<?> revoke(CouponEvent.Revoked revocation) {
    return coupons.change(
        revocation.couponId(),
        coupon ->
            coupon == null || coupon.status() == CouponStatus.USED
                ? Change.none(coupon)
                : coupon.revoke(revocation.reason(), clock.instant()));
  }

  /**
   * Records which coupon an order had. If several orders had the same coupon one after another, all
   * of them are kept: the log does not show which of them was last, because it keeps the sequence
   * of events only within one order.
   */
  private static void addHolder(Map<String, String> holders, String orderId, String couponId) {
    if (couponId != null) {
      holders.put(orderId, couponId);
    }
  }

  private static Coupon coupon(CouponEvent.Issued issued) {
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
