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
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
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
  private final CouponConsumer consumer;
  private final CouponReconciliation reconciliation;
  private final OrderCoupons orderCoupons;
  private final Clock clock;
  private final PeriodicTask checks;

  RedisRecovery(
      Vertx vertx,
      String amqpUri,
      RedisRunRepository runs,
      CouponRepository coupons,
      CampaignRepository campaigns,
      CouponConsumer consumer,
      CouponReconciliation reconciliation,
      OrderCoupons orderCoupons,
      Clock clock) {
    this.vertx = vertx;
    this.amqpUri = amqpUri;
    this.runs = runs;
    this.coupons = coupons;
    this.campaigns = campaigns;
    this.consumer = consumer;
    this.reconciliation = reconciliation;
    this.orderCoupons = orderCoupons;
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

  /** What a replay of the log has found, to be restored after its end. */
  private static final class Found {

    /** The coupon that an order had, by order id. */
    private final Map<String, String> holders = new ConcurrentHashMap<>();

    /** By coupon id. */
    private final Map<String, CouponEvent.Revoked> revoked = new ConcurrentHashMap<>();

    private final Set<String> withdrawnOrders = ConcurrentHashMap.newKeySet();

    /** The paid orders that bring coupons of campaigns, in the sequence of the log. */
    private final Queue<PaidOrder> paidOrders = new ConcurrentLinkedQueue<>();

    /**
     * Records which coupon an order had. If several orders had the same coupon one after another,
     * all of them are kept: the log does not show which of them was last, because it keeps the
     * sequence of events only within one order.
     */
    private void addHolder(String orderId, String couponId) {
      if (couponId != null) {
        holders.put(orderId, couponId);
      }
    }
  }

  /**
   * Restores the coupons that Redis may have lost. {@code completeAt} is the time at which a check
   * last found all coupons in Redis; null replays the whole log.
   */
  private Future<Void> recover(Instant completeAt) {
    Found found = new Found();
    Subscription subscription =
        consumer.subscription(order -> addPaid(found, order), order -> addWithdrawn(found, order));
    LogReader reader =
        new LogReader(
            vertx,
            amqpUri,
            "coupon-recovery",
            completeAt == null ? null : completeAt.minus(MARGIN),
            message -> replay(message, found, subscription));
    reader.start();
    return reader
        .caughtUp()
        .compose(v -> restore(found))
        .onSuccess(
            v ->
                log.atInfo()
                    .addKeyValue("events", reader.handled())
                    .addKeyValue("claims", found.holders.size())
                    .log("coupons restored after a restart of Redis"))
        .eventually(reader::stop)
        .mapEmpty();
  }

  private Future<?> addPaid(Found found, PaidOrder order) {
    return orderCoupons
        .campaignsOf(order)
        .onSuccess(
            campaigns -> {
              if (!campaigns.isEmpty()) {
                found.paidOrders.add(order);
              }
            });
  }

  private static Future<?> addWithdrawn(Found found, String orderId) {
    found.withdrawnOrders.add(orderId);
    return Future.succeededFuture();
  }

  private Future<Void> replay(EventMessage message, Found found, Subscription subscription) {
    if (message.data() instanceof OrderEvent.Updated updated) {
      found.addHolder(updated.orderId(), updated.order().couponId());
    } else if (message.data() instanceof OrderEvent.Paid paid) {
      found.addHolder(paid.orderId(), paid.order().couponId());
    } else if (message.data() instanceof CouponEvent.Revoked revocation) {
      found.revoked.put(revocation.couponId(), revocation);
    } else if (message.data() instanceof CouponEvent.Issued issued && issued.campaignId() != null) {
      return campaigns.reissue(coupon(issued));
    }
    return subscription.handles(message)
        ? subscription.handle(message).mapEmpty()
        : Future.succeededFuture();
  }

  /**
   * The sequence matters. Coupons that an order holds are issued first: they existed, although
   * their event was lost. The claims are restored before the coupons of withdrawn orders are
   * revoked, because a used coupon stays used. All other coupons are issued last, when Redis knows
   * again how many coupons of a campaign are left, and which orders are withdrawn.
   */
  private Future<?> restore(Found found) {
    Set<String> held = Set.copyOf(found.holders.values());
    return inParallel(found.revoked.values(), this::revoke)
        .compose(
            v -> inParallel(found.paidOrders, order -> orderCoupons.issue(order, held::contains)))
        .compose(
            v ->
                inParallel(
                    found.holders.entrySet(),
                    holder -> reconciliation.reconcile(holder.getKey(), holder.getValue())))
        .compose(v -> inParallel(found.withdrawnOrders, orderCoupons::revoke))
        .compose(v -> inParallel(found.paidOrders, order -> orderCoupons.issue(order, id -> true)));
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

  private static Coupon coupon(CouponEvent.Issued issued) {
    return Coupon.issue(
            null,
            issued.couponId(),
            issued.customerId(),
            issued.name(),
            issued.discount(),
            issued.orderId(),
            issued.campaignId(),
            issued.expiresAt(),
            issued.at())
        .state();
  }
}
