package baedal.mypage;

import baedal.events.CouponEvent;
import baedal.events.Event;
import baedal.events.EventMessage;
import baedal.events.OrderEvent;
import baedal.events.PaymentEvent;
import baedal.events.RiderEvent;
import baedal.events.StoreEvent;
import baedal.mypage.MyPage.PaymentStatus;

/** What each event means for the page of its order. Pure. */
final class Projection {

  private Projection() {}

  static MyPage apply(MyPage page, EventMessage message) {
    Event event = message.data();
    if (event instanceof OrderEvent order) {
      return order(page, order, message.sequence());
    }
    if (event instanceof PaymentEvent payment) {
      return payment(page, payment);
    }
    if (event instanceof StoreEvent store) {
      return store(page, store);
    }
    if (event instanceof RiderEvent rider) {
      return rider(page, rider, message.sequence());
    }
    return page;
  }

  private static MyPage order(MyPage page, OrderEvent event, long sequence) {
    if (event instanceof OrderEvent.Placed e) {
      return page.details(e.order(), sequence).reached(Status.PLACED, e.order().placedAt());
    }
    if (event instanceof OrderEvent.Updated e) {
      return page.details(e.order(), sequence);
    }
    if (event instanceof OrderEvent.Paid e) {
      return page.details(e.order(), sequence).reached(Status.PAID, e.at());
    }
    if (event instanceof OrderEvent.CancelRequested e) {
      return page.reached(Status.CANCEL_REQUESTED, e.at());
    }
    if (event instanceof OrderEvent.Canceled e) {
      return page.reached(Status.CANCELED, e.at());
    }
    if (event instanceof OrderEvent.Rejected e) {
      return page.reached(Status.REJECTED, e.at());
    }
    if (event instanceof OrderEvent.Expired e) {
      return page.reached(Status.EXPIRED, e.at());
    }
    if (event instanceof OrderEvent.Delivered e) {
      return page.reached(Status.DELIVERED, e.at());
    }
    if (event instanceof OrderEvent.Completed e) {
      return page.reached(Status.COMPLETED, e.at());
    }
    return page;
  }

  private static MyPage payment(MyPage page, PaymentEvent event) {
    if (event instanceof PaymentEvent.Paid e) {
      return page.payment(e.paymentId(), e.method(), PaymentStatus.PAID, e.at());
    }
    if (event instanceof PaymentEvent.Deferred e) {
      return page.payment(e.paymentId(), e.method(), PaymentStatus.DEFERRED, e.at());
    }
    if (event instanceof PaymentEvent.Declined e) {
      return page.payment(e.paymentId(), e.method(), PaymentStatus.DECLINED, e.at());
    }
    if (event instanceof PaymentEvent.Refunded e) {
      return page.payment(e.paymentId(), null, PaymentStatus.REFUNDED, e.at());
    }
    return page;
  }

  private static MyPage store(MyPage page, StoreEvent event) {
    if (event instanceof StoreEvent.OrderAccepted e) {
      return page.reached(Status.ACCEPTED, e.at());
    }
    if (event instanceof StoreEvent.OrderRejected e) {
      return page.reached(Status.REJECTED, e.at());
    }
    if (event instanceof StoreEvent.CookStarted e) {
      return page.reached(Status.COOKING, e.at());
    }
    if (event instanceof StoreEvent.CookFinished e) {
      return page.reached(Status.COOKED, e.at());
    }
    return event instanceof StoreEvent.CancelRefused ? page.refusedToCancel() : page;
  }

  private static MyPage rider(MyPage page, RiderEvent event, long sequence) {
    if (event instanceof RiderEvent.Claimed e) {
      return page.rider(e.riderId(), sequence);
    }
    if (event instanceof RiderEvent.Released || event instanceof RiderEvent.DeliveryCanceled) {
      return page.rider(null, sequence);
    }
    if (event instanceof RiderEvent.Picked e) {
      return page.rider(e.riderId(), sequence).reached(Status.PICKED, e.at());
    }
    if (event instanceof RiderEvent.Delivered e) {
      return page.rider(e.riderId(), sequence).reached(Status.DELIVERED, e.at());
    }
    return page;
  }

  /** Whether an event belongs to a page: a coupon that no order holds does not. */
  static boolean concerns(EventMessage message) {
    return !(message.data() instanceof CouponEvent coupon) || coupon.orderId() != null;
  }
}
