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

/** Maps each event that the order service consumes to the transition that it causes. */
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
                    o ->
                        PaymentAcceptance.decide(
                            o, e.paymentId(), e.method(), e.amount(), e.orderVersion(), e.at())))
        .on(
            PaymentEvent.Deferred.class,
            (m, e) ->
                orders.change(
                    m,
                    o ->
                        PaymentAcceptance.decide(
                            o, e.paymentId(), e.method(), e.amount(), e.orderVersion(), e.at())))
        .on(PaymentEvent.Declined.class, (m, e) -> Future.succeededFuture())
        .on(
            PaymentEvent.Refunded.class,
            (m, e) -> orders.change(m, o -> Refund.completed(o, e.paymentId(), e.at())))
        .on(StoreEvent.Opened.class, (m, e) -> catalogs.opened(m, e))
        .on(StoreEvent.Closed.class, (m, e) -> catalogs.closed(m, e))
        .on(StoreEvent.MenuChanged.class, (m, e) -> catalogs.menuChanged(e))
        .on(
            StoreEvent.OrderAccepted.class,
            (m, e) -> orders.change(m, o -> FulfilmentProgress.reached(o, ACCEPTED, e.at())))
        .on(
            StoreEvent.OrderRejected.class,
            (m, e) -> orders.change(m, o -> Rejection.rejectedByStore(o, e.reason(), e.at())))
        .on(
            StoreEvent.CookStarted.class,
            (m, e) -> orders.change(m, o -> FulfilmentProgress.reached(o, COOKING, e.at())))
        .on(
            StoreEvent.CookFinished.class,
            (m, e) -> orders.change(m, o -> FulfilmentProgress.reached(o, COOKED, e.at())))
        .on(
            StoreEvent.CancelAccepted.class,
            (m, e) -> orders.change(m, o -> Cancellation.acceptedByStore(o, e.at())))
        .on(
            StoreEvent.CancelRefused.class,
            (m, e) -> orders.change(m, o -> Cancellation.refusedByStore(o, e.status(), e.at())))
        .on(
            StoreEvent.UpdateRefused.class,
            (m, e) -> orders.change(m, o -> OrderUpdate.refusedByStore(o, e.keptVersion(), e.at())))
        .on(
            RiderEvent.Picked.class,
            (m, e) -> orders.change(m, o -> FulfilmentProgress.reached(o, PICKED, e.at())))
        .on(
            RiderEvent.Delivered.class,
            (m, e) ->
                orders.change(
                    m, o -> FulfilmentProgress.delivered(o, e.riderId(), e.collected(), e.at())))
        .on(CouponEvent.Restored.class, (m, e) -> couponTakenBack(m, e.couponId(), e.at()))
        .on(CouponEvent.Revoked.class, (m, e) -> couponTakenBack(m, e.couponId(), e.at()));
  }

  /**
   * Removes the discount of a restored or revoked coupon from the order that holds it. The subject
   * of the event is the id of this order; if no order held the coupon, the subject is the coupon's
   * id, and there is nothing to do. There is also nothing to do if the order does not exist.
   */
  private Future<?> couponTakenBack(EventMessage message, String couponId, Instant at) {
    return message.subject().equals(couponId)
        ? Future.succeededFuture()
        : orders
            .change(message, order -> CouponUse.takenBack(order, couponId, at))
            .recover(
                e -> Refusal.isNotFound(e) ? Future.succeededFuture() : Future.failedFuture(e));
  }
}
