package baedal.coupon;

import baedal.events.Change;
import baedal.runtime.Json;
import baedal.runtime.Refusal;
import baedal.runtime.ServiceClient;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;

/** Restores claims that Redis may have lost: asks the order service which coupon an order holds. */
final class CouponReconciliation {

  private static final Duration ORDER_TIMEOUT = Duration.ofSeconds(2);
  private static final Set<String> WITHDRAWN = Set.of("CANCELED", "REJECTED", "EXPIRED");
  private static final Held NONE = new Held(null, null, null);

  private final CouponRepository coupons;
  private final ServiceClient orders;
  private final Clock clock;

  CouponReconciliation(CouponRepository coupons, ServiceClient orders, Clock clock) {
    this.coupons = coupons;
    this.orders = orders;
    this.clock = clock;
  }

  /** The response of the order service: an order, its coupon or null, and its status. */
  record Held(String orderId, String couponId, String status) {

    private boolean holds(String coupon) {
      return coupon.equals(couponId) && !WITHDRAWN.contains(status);
    }
  }

  /**
   * Claims the coupon for the order if the order holds it. Then asks the order service again: if
   * the order has released the coupon since the first response, the claim is undone.
   */
  Future<?> reconcile(String orderId, String couponId) {
    return held(orderId)
        .compose(
            before ->
                before.holds(couponId)
                    ? coupons
                        .change(couponId, coupon -> recovered(coupon, before))
                        .compose(v -> held(orderId))
                        .compose(after -> releaseUnless(after.holds(couponId), couponId, orderId))
                    : Future.succeededFuture());
  }

  private Future<Held> held(String orderId) {
    return orders
        .get("/internal/orders/" + orderId + "/due", ORDER_TIMEOUT)
        .map(json -> Json.toObject(json, Held.class))
        .recover(
            e -> Refusal.isNotFound(e) ? Future.succeededFuture(NONE) : Future.failedFuture(e));
  }

  private Change<Coupon> recovered(Coupon coupon, Held held) {
    boolean paid = !held.status().equals("PLACED");
    return coupon == null
        ? Change.none(null)
        : coupon.recovered(held.orderId(), paid, clock.instant());
  }

  private Future<?> releaseUnless(boolean held, String couponId, String orderId) {
    return held
        ? Future.succeededFuture()
        : coupons.change(
            couponId,
            coupon ->
                coupon == null ? Change.none(null) : coupon.restored(orderId, clock.instant()));
  }
}
