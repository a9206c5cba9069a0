package baedal.mypage;

import baedal.events.CouponEvent;
import baedal.events.Event;
import baedal.events.EventMessage;
import baedal.events.OrderEvent;
import baedal.events.PaymentEvent;
import baedal.events.RiderEvent;
import baedal.events.StoreEvent;
import baedal.mypage.MyPage.PaymentStatus;
import java.util.HashMap;
import java.util.Map;

/**
 * Defines how each event changes the page of its order. An event whose type is not listed here
 * changes nothing.
 */
final class Projection {

  private static final Map<Class<? extends Event>, Update<Event>> UPDATES = new HashMap<>();

  private interface Update<E extends Event> {
    MyPage apply(MyPage page, E event, long sequence);
  }

  static {
    on(OrderEvent.Placed.class, (page, e, n) -> page.placed(e.order(), n));
    on(OrderEvent.Updated.class, (page, e, n) -> page.details(e.order(), n));
    on(
        OrderEvent.Paid.class,
        (page, e, n) -> page.details(e.order(), n).reached(Status.PAID, e.at()));
    on(
        OrderEvent.CancelRequested.class,
        (page, e, n) -> page.reached(Status.CANCEL_REQUESTED, e.at()));
    on(OrderEvent.Canceled.class, (page, e, n) -> page.reached(Status.CANCELED, e.at()));
    on(OrderEvent.Rejected.class, (page, e, n) -> page.reached(Status.REJECTED, e.at()));
    on(OrderEvent.Expired.class, (page, e, n) -> page.reached(Status.EXPIRED, e.at()));
    on(OrderEvent.Delivered.class, (page, e, n) -> page.reached(Status.DELIVERED, e.at()));
    on(OrderEvent.Completed.class, (page, e, n) -> page.reached(Status.COMPLETED, e.at()));

    on(
        PaymentEvent.Paid.class,
        (page, e, n) -> page.payment(e.paymentId(), e.method(), PaymentStatus.PAID, e.at()));
    on(
        PaymentEvent.Deferred.class,
        (page, e, n) -> page.payment(e.paymentId(), e.method(), PaymentStatus.DEFERRED, e.at()));
    on(
        PaymentEvent.Declined.class,
        (page, e, n) -> page.payment(e.paymentId(), e.method(), PaymentStatus.DECLINED, e.at()));
    on(
        PaymentEvent.Refunded.class,
        (page, e, n) -> page.refunded(e.paymentId(), e.amount(), e.kept(), e.voided(), e.at()));

    on(StoreEvent.OrderAccepted.class, (page, e, n) -> page.reached(Status.ACCEPTED, e.at()));
    on(StoreEvent.OrderRejected.class, (page, e, n) -> page.reached(Status.REJECTED, e.at()));
    on(StoreEvent.CookStarted.class, (page, e, n) -> page.reached(Status.COOKING, e.at()));
    on(StoreEvent.CookFinished.class, (page, e, n) -> page.reached(Status.COOKED, e.at()));
    on(StoreEvent.CancelRefused.class, (page, e, n) -> page.refusedToCancel());

    on(RiderEvent.Claimed.class, (page, e, n) -> page.rider(e.riderId(), n));
    on(RiderEvent.Released.class, (page, e, n) -> page.rider(null, n));
    on(RiderEvent.DeliveryCanceled.class, (page, e, n) -> page.rider(null, n));
    on(
        RiderEvent.Picked.class,
        (page, e, n) -> page.rider(e.riderId(), n).reached(Status.PICKED, e.at()));
    on(
        RiderEvent.Delivered.class,
        (page, e, n) -> page.rider(e.riderId(), n).reached(Status.DELIVERED, e.at()));
  }

  private Projection() {}

  private static <E extends Event> void on(Class<E> type, Update<E> update) {
    UPDATES.put(type, (page, event, sequence) -> update.apply(page, type.cast(event), sequence));
  }

  static MyPage apply(MyPage page, EventMessage message) {
    Update<Event> update = UPDATES.get(message.data().getClass());
    return update == null ? page : update.apply(page, message.data(), message.sequence());
  }

  /**
   * Whether the event belongs to the page of an order. Coupon events do not, except {@code
   * coupon.issued} for an order that earned the coupon.
   */
  static boolean belongsToPage(EventMessage message) {
    return !(message.data() instanceof CouponEvent)
        || (message.data() instanceof CouponEvent.Issued issued && issued.orderId() != null);
  }
}
