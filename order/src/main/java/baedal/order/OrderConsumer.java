package baedal.order;

import static baedal.order.OrderStatus.ACCEPTED;
import static baedal.order.OrderStatus.COOKED;
import static baedal.order.OrderStatus.COOKING;
import static baedal.order.OrderStatus.PICKED;

import baedal.events.CouponEvent;
import baedal.events.EventMessage;
import baedal.events.PaymentEvent;
import baedal.events.RiderEvent;
import baedal.events.StoreEvent;
import baedal.rabbitmq.Subscription;
import baedal.runtime.Refusal;
import io.vertx.core.Future;
import java.time.Instant;

/** What the order service hears, and the transition each event means. */
public final class OrderConsumer {

  private final OrderRepository orders;
  private final CatalogRepository catalogs;

  OrderConsumer(OrderRepository orders, CatalogRepository catalogs) {
    this.orders = orders;
    this.catalogs = catalogs;
  }

  Subscription subscription() {
    return Subscription.of("order")
        .on(
            PaymentEvent.Paid.class,
            (m, e) ->
                orders.change(
                    m,
                    o -> o.paid(e.paymentId(), e.method(), e.amount(), e.orderVersion(), e.at())))
        .on(
            PaymentEvent.Deferred.class,
            (m, e) ->
                orders.change(
                    m,
                    o -> o.paid(e.paymentId(), e.method(), e.amount(), e.orderVersion(), e.at())))
        .on(PaymentEvent.Declined.class, (m, e) -> Future.succeededFuture())
        .on(
            PaymentEvent.Refunded.class,
            (m, e) -> orders.change(m, o -> o.refunded(e.paymentId(), e.at())))
        .on(StoreEvent.Opened.class, (m, e) -> catalogs.opened(m, e))
        .on(StoreEvent.Closed.class, (m, e) -> catalogs.closed(m, e))
        .on(StoreEvent.MenuChanged.class, (m, e) -> catalogs.menuChanged(e))
        .on(
            StoreEvent.OrderAccepted.class,
            (m, e) -> orders.change(m, o -> o.advanced(ACCEPTED, e.at())))
        .on(
            StoreEvent.OrderRejected.class,
            (m, e) -> orders.change(m, o -> o.rejected(e.reason(), e.at())))
        .on(
            StoreEvent.CookStarted.class,
            (m, e) -> orders.change(m, o -> o.advanced(COOKING, e.at())))
        .on(
            StoreEvent.CookFinished.class,
            (m, e) -> orders.change(m, o -> o.advanced(COOKED, e.at())))
        .on(
            StoreEvent.CancelAccepted.class,
            (m, e) -> orders.change(m, o -> o.cancelAccepted(e.at())))
        .on(
            StoreEvent.CancelRefused.class,
            (m, e) -> orders.change(m, o -> o.cancelRefused(e.status(), e.at())))
        .on(
            StoreEvent.UpdateRefused.class,
            (m, e) -> orders.change(m, o -> o.updateRefused(e.keptVersion(), e.at())))
        .on(RiderEvent.Picked.class, (m, e) -> orders.change(m, o -> o.advanced(PICKED, e.at())))
        .on(
            RiderEvent.Delivered.class,
            (m, e) -> orders.change(m, o -> o.delivered(e.riderId(), e.collected(), e.at())))
        .on(CouponEvent.Restored.class, (m, e) -> couponGone(m, e.couponId(), e.at()))
        .on(CouponEvent.Revoked.class, (m, e) -> couponGone(m, e.couponId(), e.at()));
  }

  /**
   * A coupon that no order holds is its own subject, and none of our business; nor is one that
   * somebody tried to use on an order that never was.
   */
  private Future<?> couponGone(EventMessage message, String couponId, Instant at) {
    return message.subject().equals(couponId)
        ? Future.succeededFuture()
        : orders
            .change(message, order -> order.loseCoupon(couponId, at))
            .recover(
                e -> Refusal.isNotFound(e) ? Future.succeededFuture() : Future.failedFuture(e));
  }
}
