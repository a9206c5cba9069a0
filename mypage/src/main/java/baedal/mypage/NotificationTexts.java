package baedal.mypage;

import baedal.events.CouponEvent;
import baedal.events.Event;
import baedal.events.OrderEvent;
import baedal.events.PaymentEvent;
import baedal.events.RiderEvent;
import baedal.events.StoreEvent;
import java.util.Optional;

/** Chooses the text of the notification that an event causes. */
final class NotificationTexts {

  private static final String PAID = "PAID";
  private static final String ACCEPTED = "ACCEPTED";
  private static final String REJECTED = "REJECTED";
  private static final String COOKING = "COOKING";
  private static final String COOKED = "COOKED";
  private static final String CANCEL_REFUSED = "CANCEL_REFUSED";
  private static final String CANCELED = "CANCELED";
  private static final String EXPIRED = "EXPIRED";

  private NotificationTexts() {}

  /**
   * Empty if the customer is not notified of such an event. The text of a hotel reservation uses
   * the words of a guest.
   */
  static Optional<NotificationText> of(Event event, boolean reservation) {
    return reservation ? ofReservation(event).or(() -> of(event)) : of(event);
  }

  /** Empty if a reservation has the same text as every other order. */
  private static Optional<NotificationText> ofReservation(Event event) {
    if (event instanceof OrderEvent.Paid e) {
      return text(PAID, e.order().storeName() + " 예약이 결제되었습니다.");
    }
    if (event instanceof StoreEvent.OrderAccepted e) {
      return text(ACCEPTED, e.job().storeName() + "에서 예약을 확정했습니다.");
    }
    if (event instanceof OrderEvent.Rejected) {
      return text(REJECTED, "호텔 사정으로 예약이 거절되었습니다.");
    }
    if (event instanceof StoreEvent.CookStarted) {
      return text(COOKING, "객실 준비를 시작했습니다.");
    }
    if (event instanceof StoreEvent.CookFinished) {
      return text(COOKED, "체크인이 완료되었습니다.");
    }
    if (event instanceof StoreEvent.CancelRefused) {
      return text(CANCEL_REFUSED, "이미 체크인하여 예약을 취소할 수 없습니다.");
    }
    if (event instanceof OrderEvent.Canceled) {
      return text(CANCELED, "예약이 취소되었습니다.");
    }
    if (event instanceof OrderEvent.Expired) {
      return text(EXPIRED, "결제 시간이 지나 예약이 취소되었습니다.");
    }
    return Optional.empty();
  }

  private static Optional<NotificationText> of(Event event) {
    if (event instanceof OrderEvent.Paid e) {
      String how = e.method().deferred() ? "만나서 결제로 접수되었습니다." : "결제가 완료되었습니다.";
      return text(PAID, e.order().storeName() + " 주문이 " + how);
    }
    if (event instanceof StoreEvent.OrderAccepted e) {
      return text(ACCEPTED, e.job().storeName() + "에서 주문을 수락했습니다.");
    }
    if (event instanceof OrderEvent.Rejected) {
      return text(REJECTED, "가게 사정으로 주문이 거절되었습니다.");
    }
    if (event instanceof StoreEvent.CookStarted) {
      return text(COOKING, "준비를 시작했습니다.");
    }
    if (event instanceof StoreEvent.CookFinished) {
      return text(COOKED, "준비가 끝났습니다.");
    }
    if (event instanceof RiderEvent.Picked) {
      return text("PICKED", "라이더가 출발했습니다.");
    }
    if (event instanceof OrderEvent.Delivered) {
      return text("DELIVERED", "배달이 완료되었습니다. 맛있게 드세요!");
    }
    if (event instanceof StoreEvent.CancelRefused) {
      return text(CANCEL_REFUSED, "이미 준비가 시작되어 취소할 수 없습니다.");
    }
    if (event instanceof OrderEvent.Canceled) {
      return text(CANCELED, "주문이 취소되었습니다.");
    }
    if (event instanceof OrderEvent.Expired) {
      return text(EXPIRED, "결제 시간이 지나 주문이 취소되었습니다.");
    }
    if (event instanceof PaymentEvent.Refunded e && e.amount() + e.kept() > 0) {
      return text("REFUNDED:" + e.paymentId(), refunded(e.amount(), e.kept()));
    }
    if (event instanceof CouponEvent.Issued e) {
      return text("COUPON:" + e.couponId(), "%,d원 할인 쿠폰이 도착했습니다.".formatted(e.discount()));
    }
    return Optional.empty();
  }

  private static String refunded(long won, long kept) {
    String back = won > 0 ? "%,d원을 돌려드렸습니다.".formatted(won) : "돌려드리는 금액이 없습니다.";
    return kept > 0 ? back + " 취소 수수료는 %,d원입니다.".formatted(kept) : back;
  }

  private static Optional<NotificationText> text(String changeId, String text) {
    return Optional.of(new NotificationText(changeId, text));
  }
}
