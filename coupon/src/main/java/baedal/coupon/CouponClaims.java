package baedal.coupon;

import baedal.runtime.Json;
import baedal.runtime.PeriodicTask;
import baedal.runtime.Refusal;
import baedal.runtime.ServiceClient;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Claims coupons for orders. It stores a claim before it asks the order service to apply the
 * discount. If the response is lost, a sweep, which is a periodic task, repeats the request until
 * there is a response. An order applies a coupon only once, so the request may be repeated. A
 * refusal is final and releases the claim.
 */
final class CouponClaims {

  private static final Logger log = LoggerFactory.getLogger(CouponClaims.class);
  private static final Duration ORDER_TIMEOUT = Duration.ofSeconds(2);

  /** The sweep repeats the request for each unconfirmed claim that is older than this. */
  private static final Duration UNCONFIRMED_AFTER = Duration.ofSeconds(5);

  private static final Duration SWEEP_INTERVAL = Duration.ofSeconds(2);

  private final CouponRepository coupons;
  private final ServiceClient orders;
  private final Clock clock;
  private final PeriodicTask sweep;

  /** Number of unconfirmed claims that the next run of the sweep skips, counted from the oldest. */
  private int skipped;

  CouponClaims(Vertx vertx, CouponRepository coupons, ServiceClient orders, Clock clock) {
    this.coupons = coupons;
    this.orders = orders;
    this.clock = clock;
    sweep =
        new PeriodicTask(vertx, SWEEP_INTERVAL, "sweep of unconfirmed claims", this::confirmSome);
  }

  /** The response of the order service after it applied the discount; {@code due} in won. */
  record Applied(String orderId, long due) {}

  void start() {
    sweep.start();
  }

  void stop() {
    sweep.stop();
  }

  /**
   * Claims a coupon for an order and asks the order service to apply it. The coupon must be the
   * customer's own; the order service checks that the order is the customer's own, too.
   */
  Future<Applied> use(String couponId, String customerId, String orderId) {
    return coupons
        .change(
            couponId,
            coupon -> {
              if (coupon == null || !coupon.customerId().equals(customerId)) {
                throw Refusal.notFound("you have no coupon " + couponId);
              }
              return coupon.claim(orderId, clock.instant());
            })
        .compose(this::apply);
  }

  private Future<Applied> apply(Coupon claimed) {
    JsonObject body =
        new JsonObject()
            .put("couponId", claimed.id())
            .put("customerId", claimed.customerId())
            .put("discount", claimed.discount());
    return orders
        .put("/internal/orders/" + claimed.orderId() + "/coupon", body, ORDER_TIMEOUT)
        .map(json -> Json.toObject(json, Applied.class))
        .recover(
            e ->
                isRefused(e)
                    ? coupons
                        .change(
                            claimed.id(),
                            coupon -> coupon.restored(claimed.orderId(), clock.instant()))
                        .compose(v -> Future.failedFuture(e))
                    : Future.failedFuture(e));
  }

  private static boolean isRefused(Throwable e) {
    return e instanceof Refusal refusal
        && switch (refusal.kind()) {
          case INVALID, NOT_FOUND, CONFLICT, UNPROCESSABLE -> true;
          case UNAUTHENTICATED,
              PAYMENT_REQUIRED,
              FORBIDDEN,
              METHOD_NOT_ALLOWED,
              TOO_LARGE,
              URI_TOO_LONG,
              UNSUPPORTED,
              EXPECTATION_FAILED,
              TOO_MANY,
              HEADERS_TOO_LARGE,
              INTERNAL,
              UNAVAILABLE ->
              false;
        };
  }

  /**
   * Repeats the requests for one batch of unconfirmed claims. The next run skips claims that stay
   * unconfirmed, so that they do not block other claims.
   */
  private Future<?> confirmSome() {
    return coupons
        .unconfirmedSince(clock.instant().minus(UNCONFIRMED_AFTER), skipped)
        .compose(
            couponIds -> {
              List<Future<Boolean>> resolved = couponIds.stream().map(this::resolve).toList();
              return Future.join(resolved).onSuccess(v -> skipUnresolved(resolved));
            });
  }

  private void skipUnresolved(List<Future<Boolean>> resolved) {
    long left = resolved.stream().filter(claim -> !claim.result()).count();
    skipped = resolved.size() < CouponRepository.SWEEP_BATCH ? 0 : skipped + (int) left;
  }

  /** Repeats the request to the order service. True if the order applied or refused the coupon. */
  private Future<Boolean> resolve(String couponId) {
    return coupons
        .find(couponId)
        .compose(
            claimed ->
                apply(claimed)
                    .compose(
                        v ->
                            coupons.change(
                                couponId,
                                coupon -> coupon.confirmed(claimed.orderId(), clock.instant()))))
        .onSuccess(
            v ->
                log.atInfo()
                    .addKeyValue("couponId", couponId)
                    .log("unconfirmed claim of a coupon is now confirmed"))
        .onFailure(
            e ->
                log.atInfo()
                    .addKeyValue("couponId", couponId)
                    .addKeyValue("cause", e.toString())
                    .log(
                        isRefused(e)
                            ? "claim of a coupon released, the order service refused it"
                            : "claim of a coupon still unconfirmed, will retry"))
        .transform(done -> Future.succeededFuture(done.succeeded() || isRefused(done.cause())));
  }
}
