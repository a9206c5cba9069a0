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
 * Claims coupons for orders. The claim is durable before the order is asked; when the answer is
 * lost, the same question is asked again until it is known. The order applies a coupon once, so
 * asking again is safe; its no is a no for good.
 */
final class CouponClaims {

  private static final Logger log = LoggerFactory.getLogger(CouponClaims.class);
  private static final Duration ORDER_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration UNSETTLED_AFTER = Duration.ofSeconds(5);
  private static final Duration SWEEP = Duration.ofSeconds(2);

  private final CouponRepository coupons;
  private final ServiceClient orders;
  private final Clock clock;
  private final PeriodicTask sweep;
  private int passedOver;

  CouponClaims(Vertx vertx, CouponRepository coupons, ServiceClient orders, Clock clock) {
    this.coupons = coupons;
    this.orders = orders;
    this.clock = clock;
    sweep = new PeriodicTask(vertx, SWEEP, "unsettled claims", this::settleSome);
  }

  /** What the order says after it applied the discount; {@code due} in won. */
  record Applied(String orderId, long due) {}

  void start() {
    sweep.start();
  }

  void stop() {
    sweep.stop();
  }

  /** Claims the customer's own coupon for an order of theirs, and has the order apply it. */
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
                isNo(e)
                    ? coupons
                        .change(
                            claimed.id(),
                            coupon -> coupon.restored(claimed.orderId(), clock.instant()))
                        .compose(v -> Future.failedFuture(e))
                    : Future.failedFuture(e));
  }

  private static boolean isNo(Throwable e) {
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

  /** The next sweep goes on after those that stay unsettled: they hold up no other. */
  private Future<?> settleSome() {
    return coupons
        .unsettledSince(clock.instant().minus(UNSETTLED_AFTER), passedOver)
        .compose(
            some -> {
              List<Future<Boolean>> asked = some.stream().map(this::settle).toList();
              return Future.join(asked).onSuccess(v -> passOver(asked));
            });
  }

  private void passOver(List<Future<Boolean>> asked) {
    long left = asked.stream().filter(settled -> !settled.result()).count();
    passedOver = asked.size() < CouponRepository.SWEPT ? 0 : passedOver + (int) left;
  }

  /** Whether it is known now what became of the claim. */
  private Future<Boolean> settle(String couponId) {
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
            v -> log.atInfo().addKeyValue("couponId", couponId).log("a claim was settled later"))
        .onFailure(
            e ->
                log.atInfo()
                    .addKeyValue("couponId", couponId)
                    .addKeyValue("cause", e.toString())
                    .log(isNo(e) ? "a claim was given back" : "a claim is still unsettled"))
        .transform(done -> Future.succeededFuture(done.succeeded() || isNo(done.cause())));
  }
}
