package baedal.mypage;

import baedal.events.CouponEvent;
import baedal.events.Event;
import baedal.events.OrderEvent;
import baedal.events.PaymentEvent;
import baedal.events.RiderEvent;
import baedal.events.StoreEvent;
import java.util.Optional;

/** The text of the notification for each change that a customer is notified of. */
final class Messages {

  private Messages() {}

  /** {@code change} identifies the change within its order: each is notified once. */
  record Note(String change, String text) {}

  static Optional<Note> of(Event event) {
    if (event instanceof OrderEvent.Paid e) {
      String how = e.method().deferred() ? "만나서 결제로 접수되었습니다." : "결제가 완료되었습니다.";
      return note("PAID", e.order().storeName() + " 주문이 " + how);
    }
    if (event instanceof StoreEvent.OrderAccepted e) {
      return note("ACCEPTED", e.job().storeName() + "에서 주문을 수락했습니다.");
    }
    if (event instanceof OrderEvent.Rejected) {
      return note("REJECTED", "가게 사정으로 주문이 거절되었습니다.");
    }
    if (event instanceof StoreEvent.CookStarted) {
      return note("COOKING", "준비를 시작했습니다.");
    }
    if (event instanceof StoreEvent.CookFinished) {
      return note("COOKED", "준비가 끝났습니다.");
    }
    if (event instanceof RiderEvent.Picked) {
      return note("PICKED", "라이더가 출발했습니다.");
    }
    if (event instanceof OrderEvent.Delivered) {
      return note("DELIVERED", "배달이 완료되었습니다. 맛있게 드세요!");
    }
    if (event instanceof StoreEvent.CancelRefused) {
      return note("CANCEL_REFUSED", "이미 준비가 시작되어 취소할 수 없습니다.");
    }
    if (event instanceof OrderEvent.Canceled) {
      return note("CANCELED", "주문이 취소되었습니다.");
    }
    if (event instanceof OrderEvent.Expired) {
      return note("EXPIRED", "결제 시간이 지나 주문이 취소되었습니다.");
    }
    if (event instanceof PaymentEvent.Refunded e && e.amount() > 0) {
      return note("REFUNDED:" + e.paymentId(), "%,d원을 돌려드렸습니다.".formatted(e.amount()));
    }
    if (event instanceof CouponEvent.Issued e) {
      return note("COUPON:" + e.couponId(), "%,d원 할인 쿠폰이 도착했습니다.".formatted(e.discount()));
    }
    return Optional.empty();
  }

  private static Optional<Note> note(String change, String text) {
    return Optional.of(new Note(change, text));
  }
}
