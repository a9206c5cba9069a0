package baedal.mypage;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.DeliveryJob;
import baedal.events.Event;
import baedal.events.Fulfilment;
import baedal.events.OrderEvent;
import baedal.events.PaymentEvent;
import baedal.events.PaymentMethod;
import baedal.events.StoreEvent;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The text of the notification for each event. */
class NotificationTextsTest {

  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

  private static String text(Event event, boolean reservation) {
    return NotificationTexts.of(event, reservation).map(NotificationText::text).orElse(null);
  }

  private static PaymentEvent.Refunded refunded(long won, long kept, boolean voided) {
    return new PaymentEvent.Refunded("o", "p", won, kept, "", voided, NOW);
  }

  static Stream<Arguments> refunds() {
    return Stream.of(
        Arguments.of(refunded(40_000, 0, false), "40,000원을 돌려드렸습니다."),
        Arguments.of(refunded(10_000, 30_000, false), "10,000원을 돌려드렸습니다. 취소 수수료는 30,000원입니다."),
        Arguments.of(refunded(0, 40_000, false), "돌려드리는 금액이 없습니다. 취소 수수료는 40,000원입니다."),
        Arguments.of(refunded(0, 0, true), null));
  }

  @ParameterizedTest
  @MethodSource("refunds")
  void a_refund_says_how_much_was_given_back_and_kept(PaymentEvent.Refunded event, String text) {
    assertThat(text(event, false)).isEqualTo(text);
    assertThat(text(event, true)).isEqualTo(text);
  }

  static Stream<Arguments> ofReservations() {
    DeliveryJob job =
        new DeliveryJob("s", "한옥호텔", "c", Fulfilment.VISIT, null, null, null, null, 0, null, null);
    return Stream.of(
        Arguments.of(
            new OrderEvent.Paid(
                "o", Details.of("c", "한옥호텔", 1, 1, NOW, NOW), "p", PaymentMethod.CARD, 0, NOW),
            "한옥호텔 예약이 결제되었습니다."),
        Arguments.of(new StoreEvent.OrderAccepted("o", job, NOW), "한옥호텔에서 예약을 확정했습니다."),
        Arguments.of(new StoreEvent.CookStarted("o", "s", NOW), "객실 준비를 시작했습니다."),
        Arguments.of(new StoreEvent.CookFinished("o", job, NOW), "체크인이 완료되었습니다."),
        Arguments.of(
            new StoreEvent.CancelRefused("o", "s", "COOKED", NOW), "이미 체크인하여 예약을 취소할 수 없습니다."),
        Arguments.of(new OrderEvent.Canceled("o", "c", "s", null, "", NOW), "예약이 취소되었습니다."),
        Arguments.of(new OrderEvent.Rejected("o", "c", "s", null, "", NOW), "호텔 사정으로 예약이 거절되었습니다."),
        Arguments.of(new OrderEvent.Expired("o", "c", "s", null, NOW), "결제 시간이 지나 예약이 취소되었습니다."));
  }

  @ParameterizedTest
  @MethodSource("ofReservations")
  void a_reservation_has_the_words_of_a_guest_and_the_same_change(Event event, String text) {
    assertThat(text(event, true)).isEqualTo(text);
    assertThat(text(event, false)).isNotBlank().doesNotContain("예약", "체크인");
    assertThat(NotificationTexts.of(event, true).orElseThrow().changeId())
        .isEqualTo(NotificationTexts.of(event, false).orElseThrow().changeId());
  }
}
