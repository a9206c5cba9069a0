package baedal.coupon;

import baedal.events.Change;
import baedal.events.EventMessage;
import baedal.events.OrderEvent;
import baedal.rabbitmq.Subscription;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.function.Function;

/** Defines how the events of an order change its coupon, and which of them earn a coupon. */
public final class CouponConsumer {

  private final CouponRepository coupons;
  private final CouponReconciliation reconciliation;
  private final CouponConfig config;

  CouponConsumer(
      CouponRepository coupons, CouponReconciliation reconciliation, CouponConfig config) {
    this.coupons = coupons;
    this.reconciliation = reconciliation;
    this.config = config;
  }

  /**
   * {@code whenPaid} and {@code whenWithdrawn} handle the coupons that campaigns give with paid
   * orders. {@code whenWithdrawn} gets the id of an order that was canceled or rejected.
   */
  Subscription subscription(
      Function<PaidOrder, Future<?>> whenPaid, Function<String, Future<?>> whenWithdrawn) {
    return Subscription.of("coupon")
        .on(
            OrderEvent.Updated.class,
            (m, e) ->
                reconciled(
                    m, e.orderId(), e.order().couponId(), c -> c.confirmed(e.orderId(), e.at())))
        .on(
            OrderEvent.Paid.class,
            (m, e) -> used(m, e).compose(v -> whenPaid.apply(PaidOrder.of(e))))
        .on(
            OrderEvent.Canceled.class,
            (m, e) ->
                restored(m, e.couponId(), e.orderId(), e.at())
                    .compose(v -> whenWithdrawn.apply(e.orderId())))
        .on(
            OrderEvent.Rejected.class,
            (m, e) ->
                restored(m, e.couponId(), e.orderId(), e.at())
                    .compose(v -> whenWithdrawn.apply(e.orderId())))
        .on(OrderEvent.Expired.class, (m, e) -> restored(m, e.couponId(), e.orderId(), e.at()))
        .on(OrderEvent.Delivered.class, (m, e) -> earn(m, e.orderId(), e.customerId(), e.at()))
        .on(OrderEvent.Completed.class, (m, e) -> earn(m, e.orderId(), e.customerId(), e.at()));
  }

  private Future<?> used(EventMessage message, OrderEvent.Paid paid) {
    return reconciled(
        message,
        paid.orderId(),
        paid.order().couponId(),
        coupon -> coupon.used(paid.orderId(), paid.at()));
  }

  private Future<?> restored(EventMessage message, String couponId, String orderId, Instant at) {
    return change(message, couponId, coupon -> coupon.restored(orderId, at));
  }

  /**
   * Applies the transition to the coupon. If Redis then has no claim of the coupon by this order,
   * Redis may have lost the claim. So this method asks the order service whether the order holds
   * the coupon.
   */
  private Future<?> reconciled(
      EventMessage message,
      String orderId,
      String couponId,
      Function<Coupon, Change<Coupon>> transition) {
    return change(message, couponId, transition)
        .compose(
            coupon ->
                coupon == null || coupon.isReconciledWith(orderId)
                    ? Future.succeededFuture()
                    : reconciliation.reconcile(orderId, couponId));
  }

  /**
   * Applies the transition to the coupon of an order. The result is null if the order has no
   * coupon, or if the coupon does not exist.
   */
  private Future<Coupon> change(
      EventMessage message, String couponId, Function<Coupon, Change<Coupon>> transition) {
    return couponId == null
        ? Future.succeededFuture()
        : coupons.change(
            couponId,
            message,
            coupon -> coupon == null ? Change.none(null) : transition.apply(coupon));
  }

  /**
   * Issues the coupon that an order earns. The coupon's id is derived from the order's id, so that
   * an order earns only one coupon, although its delivery and its completion both call this method,
   * and although an event can arrive twice.
   */
  private Future<?> earn(EventMessage message, String orderId, String customerId, Instant now) {
    String id = "earned-" + orderId;
    return coupons.change(
        id,
        message,
        before ->
            Coupon.issue(
                before,
                id,
                customerId,
                "감사 쿠폰 · Thank you",
                config.earnedDiscount(),
                orderId,
                null,
                now.plus(config.validFor()),
                now));
  }
}
