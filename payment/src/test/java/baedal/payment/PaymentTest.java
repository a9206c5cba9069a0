package baedal.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baedal.events.Change;
import baedal.events.Fulfilment;
import baedal.events.PaymentEvent;
import baedal.events.PaymentMethod;
import baedal.events.UnprocessableMessage;
import baedal.runtime.Refusal;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PaymentTest {

  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
  private static final Payment.Due DUE = due(40_000, Fulfilment.DELIVERY);

  private static Payment.Due due(long won, Fulfilment fulfilment) {
    return new Payment.Due("o-1", "c-1", won, 3, 3, "PLACED", fulfilment);
  }

  private static Payment at(PaymentStatus status) {
    return new Payment(
        "p-1",
        "o-1",
        "c-1",
        40_000,
        PaymentMethod.CARD,
        "4242",
        3,
        status,
        null,
        NOW,
        NOW,
        null,
        null);
  }

  @Test
  void a_card_payment_begins_as_charging_without_an_event() {
    Change<Payment> opened = Payment.open("p-1", DUE, PaymentMethod.CARD, "4242", NOW);
    assertThat(opened.state().status()).isEqualTo(PaymentStatus.CHARGING);
    assertThat(opened.events()).isEmpty();
  }

  @Test
  void a_payment_on_delivery_is_deferred_at_once_with_the_amount_due() {
    Change<Payment> opened = Payment.open("p-1", DUE, PaymentMethod.ON_DELIVERY, null, NOW);
    assertThat(opened.state().status()).isEqualTo(PaymentStatus.DEFERRED);
    assertThat(opened.events())
        .containsExactly(
            new PaymentEvent.Deferred("o-1", "p-1", 40_000, PaymentMethod.ON_DELIVERY, 3, NOW));
  }

  @Test
  void a_visit_cannot_be_paid_on_delivery() {
    assertThatThrownBy(
            () ->
                Payment.open("p-1", due(1, Fulfilment.VISIT), PaymentMethod.ON_DELIVERY, null, NOW))
        .isInstanceOf(Refusal.class)
        .extracting("faults")
        .asString()
        .contains("/method");
  }

  @Test
  void a_payment_of_0_won_on_delivery_is_charging() {
    Change<Payment> free =
        Payment.open("p-1", due(0, Fulfilment.DELIVERY), PaymentMethod.ON_DELIVERY, null, NOW);
    assertThat(free.state().charged(NOW).events())
        .containsExactly(new PaymentEvent.Paid("o-1", "p-1", 0, PaymentMethod.ON_DELIVERY, 3, NOW));
  }

  @Test
  void a_charge_is_recorded_once() {
    Change<Payment> charged = at(PaymentStatus.CHARGING).charged(NOW);
    assertThat(charged.events()).hasSize(1);
    assertThat(charged.state().charged(NOW).events()).isEmpty();
    assertThat(charged.state().declined("late", NOW).state().status())
        .isEqualTo(PaymentStatus.PAID);
  }

  @Test
  void a_payment_is_refunded_once_and_a_payment_on_delivery_is_voided() {
    Change<Payment> refunding = at(PaymentStatus.PAID).giveBack(null, "canceled", NOW);
    assertThat(refunding.state().status()).isEqualTo(PaymentStatus.REFUNDING);
    assertThat(refunding.events()).isEmpty();
    Change<Payment> refunded = refunding.state().refunded(NOW);
    assertThat(refunded.events())
        .containsExactly(
            new PaymentEvent.Refunded("o-1", "p-1", 40_000, 0, "canceled", false, NOW));
    assertThat(refunded.state().refunded(NOW).events()).isEmpty();
    assertThat(refunded.state().giveBack(null, "again", NOW).events()).isEmpty();
    assertThat(deferred().giveBack(null, "canceled", NOW).events())
        .containsExactly(new PaymentEvent.Refunded("o-1", "p-1", 0, 0, "canceled", true, NOW));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 20_000, 40_000})
  void a_part_is_refunded_and_the_rest_is_kept(long won) {
    Payment refunding = at(PaymentStatus.PAID).giveBack(won, "canceled", NOW).state();
    assertThat(refunding.toRefund()).isEqualTo(won);
    assertThat(PaymentView.of(refunding).refunded()).as("not refunded yet").isNull();
    Change<Payment> refunded = refunding.refunded(NOW);
    assertThat(refunded.events())
        .containsExactly(
            new PaymentEvent.Refunded("o-1", "p-1", won, 40_000 - won, "canceled", false, NOW));
    PaymentView view = PaymentView.of(refunded.state());
    assertThat(view.status()).as("0 won is a refund, too").isEqualTo("REFUNDED");
    assertThat(view.refunded()).isEqualTo(won);
    assertThat(view.kept()).isEqualTo(40_000 - won);
    assertThat(view.amount()).isEqualTo(40_000);
  }

  @Test
  void the_first_request_decides_the_amount_of_the_refund() {
    Payment refunding = at(PaymentStatus.PAID).giveBack(20_000L, "canceled", NOW).state();
    Payment refunded = refunding.refunded(NOW).state();
    for (Payment payment : new Payment[] {refunding, refunded}) {
      for (Long won : new Long[] {null, 0L, 20_000L, 40_000L, 50_000L}) {
        assertThat(payment.giveBack(won, "again", NOW)).isEqualTo(Change.none(payment));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 40_001})
  void a_refund_of_more_than_was_paid_is_unprocessable(long won) {
    assertThatThrownBy(() -> at(PaymentStatus.PAID).giveBack(won, "canceled", NOW))
        .isInstanceOf(UnprocessableMessage.class)
        .hasMessageContaining("request 0 to 40000 won");
  }

  @Test
  void a_part_of_a_payment_on_delivery_is_refunded_only_if_it_was_collected() {
    assertThat(deferred().giveBack(20_000L, "canceled", NOW).events())
        .containsExactly(new PaymentEvent.Refunded("o-1", "p-1", 0, 0, "canceled", true, NOW));
    Payment collected = deferred().collected(NOW).state();
    assertThat(collected.giveBack(20_000L, "canceled", NOW).state().refunded(NOW).events())
        .containsExactly(
            new PaymentEvent.Refunded("o-1", "p-1", 20_000, 20_000, "canceled", false, NOW));
  }

  private static Payment deferred() {
    return Payment.open("p-1", DUE, PaymentMethod.ON_DELIVERY, null, NOW).state();
  }

  @Test
  void a_refunded_payment_keeps_the_time_at_which_it_was_paid() {
    Payment paid = at(PaymentStatus.CHARGING).charged(NOW.plusSeconds(1)).state();
    Payment refunding = paid.giveBack(null, "canceled", NOW.plusSeconds(2)).state();
    Payment refunded = refunding.refunded(NOW.plusSeconds(3)).state();
    for (Payment payment : new Payment[] {paid, refunding, refunded}) {
      assertThat(PaymentView.of(payment).paidAt()).isEqualTo(NOW.plusSeconds(1));
      assertThat(PaymentView.of(payment).status()).isEqualTo(payment.status().name());
    }
    Payment collected = deferred().collected(NOW.plusSeconds(4)).state();
    assertThat(PaymentView.of(collected).paidAt()).isEqualTo(NOW.plusSeconds(4));
  }

  @Test
  void a_canceled_payment_on_delivery_is_voided_and_was_never_paid() {
    PaymentView voided = PaymentView.of(deferred().giveBack(null, "canceled", NOW).state());
    assertThat(voided.status()).isEqualTo("VOIDED");
    assertThat(voided.amount()).isEqualTo(40_000);
    assertThat(voided.paidAt()).isNull();
    assertThat(voided.refunded()).isZero();
    assertThat(voided.kept()).isZero();
    assertThat(voided.reason()).isEqualTo("canceled");
  }

  @Test
  void a_payment_of_0_won_is_voided_without_a_refund() {
    Change<Payment> free =
        Payment.open("p-1", due(0, Fulfilment.VISIT), PaymentMethod.CARD, "4242", NOW);
    Payment paid = free.state().charged(NOW).state();
    Change<Payment> back = paid.giveBack(null, "canceled", NOW).state().refunded(NOW);
    assertThat(back.events())
        .containsExactly(new PaymentEvent.Refunded("o-1", "p-1", 0, 0, "canceled", true, NOW));
    assertThat(PaymentView.of(back.state()).status()).isEqualTo("VOIDED");
  }

  @ParameterizedTest
  @EnumSource(names = {"DECLINED", "REFUNDED"})
  void a_declined_or_refunded_payment_is_inactive_and_does_not_change(PaymentStatus status) {
    assertThat(status.isActive()).isFalse();
    assertThat(at(status).giveBack(null, "x", NOW).state().status()).isEqualTo(status);
    assertThat(at(status).charged(NOW).state().status()).isEqualTo(status);
  }

  @Test
  void a_collected_payment_on_delivery_is_paid() {
    assertThat(at(PaymentStatus.DEFERRED).collected(NOW).state().status())
        .isEqualTo(PaymentStatus.PAID);
    assertThat(at(PaymentStatus.REFUNDED).collected(NOW).events()).isEmpty();
  }
}
