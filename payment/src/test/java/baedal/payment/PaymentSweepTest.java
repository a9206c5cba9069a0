package baedal.payment;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.Change;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** The sweep over charges and refunds that a crash or an outage left unfinished. */
class PaymentSweepTest extends PaymentFixture {

  private static Payment refunding() {
    return refunding(null);
  }

  /** Stores a refund that no process has begun yet. {@code won} is null for the whole amount. */
  private static Payment refunding(Long won) {
    String id = charging(10_000).id();
    payments.change(id, p -> p.charged(LONG_AGO)).await();
    return payments.change(id, p -> p.giveBack(won, "canceled", LONG_AGO)).await();
  }

  private void sweepUntilRefunded(Payment payment) {
    sweepUntil(() -> status(payment) == PaymentStatus.REFUNDED);
  }

  /** Sweeps several times, because one sweep finishes only some of many unfinished payments. */
  private void sweepUntil(BooleanSupplier done) {
    for (int round = 0; round < 50 && !done.getAsBoolean(); round++) {
      sweep.now().await();
    }
    assertThat(done.getAsBoolean()).isTrue();
  }

  private static Payment stored(Payment payment) {
    return payments.change(payment.id(), Change::none).await();
  }

  @Test
  void a_refund_that_a_crash_prevented_has_the_stored_amount() {
    Payment part = refunding(4_000L);
    Payment all = refunding();
    sweepUntilRefunded(part);
    sweepUntilRefunded(all);
    assertThat(stored(part).toRefund()).isEqualTo(4_000);
    assertThat(stored(part).toKeep()).isEqualTo(6_000);
    assertThat(provider.refunds.get(part.id())).containsExactly(4_000L);
    assertThat(stored(all).toKeep()).isZero();
    assertThat(provider.refunds.get(all.id())).containsExactly(10_000L);
  }

  @Test
  void a_refund_whose_response_was_lost_is_repeated_with_the_same_amount() {
    Payment part = refunding(4_000L);
    provider.answersAreLost = true;
    sweepUntil(() -> provider.refunds.containsKey(part.id()));
    assertThat(status(part)).isEqualTo(PaymentStatus.REFUNDING);
    provider.answersAreLost = false;
    sweepUntilRefunded(part);
    assertThat(provider.refunds.get(part.id())).containsExactly(4_000L, 4_000L);
  }

  @Test
  void a_refund_of_0_won_is_complete_without_the_provider() {
    Payment nothing = refunding(0L);
    provider.unavailable = true;
    sweepUntilRefunded(nothing);
    Payment refunded = stored(nothing);
    assertThat(refunded.isVoided()).isFalse();
    assertThat(refunded.toKeep()).isEqualTo(10_000);
    assertThat(provider.refunds).doesNotContainKey(nothing.id());
  }

  @Test
  void a_charge_that_arrives_after_it_was_closed_takes_no_money() {
    Payment late = charging(10_000);
    sweep.now().await();
    assertThat(status(late)).isEqualTo(PaymentStatus.DECLINED);
    assertThat(provider.charge(late.id(), 10_000, "CARD", CARD).await())
        .isInstanceOf(PaymentProvider.Outcome.Declined.class);
  }

  @Test
  void a_charge_that_arrives_just_before_it_is_closed_is_paid() {
    Payment late = charging(10_000);
    provider.afterLookup = () -> provider.charge(late.id(), 10_000, "CARD", CARD);
    sweep.now().await();
    assertThat(status(late)).isEqualTo(PaymentStatus.PAID);
  }

  @Test
  void no_charge_is_abandoned_while_the_provider_is_unavailable() {
    Payment unclear = charging(10_000);
    provider.unavailable = true;
    sweep.now().await();
    assertThat(status(unclear)).isEqualTo(PaymentStatus.CHARGING);
    provider.unavailable = false;
    provider.canClose = false;
    sweep.now().await();
    assertThat(status(unclear)).isEqualTo(PaymentStatus.CHARGING);
    provider.canClose = true;
  }

  @Test
  void an_order_that_costs_nothing_is_paid_without_the_provider_after_a_crash() {
    provider.unavailable = true;
    Payment free = charging(0);
    sweep.now().await();
    assertThat(status(free)).isEqualTo(PaymentStatus.PAID);
  }

  @Test
  void refunds_that_the_provider_refuses_do_not_block_the_others() {
    for (int i = 0; i < 120; i++) {
      provider.failingRefunds.add(refunding().id());
    }
    Payment owed = refunding();
    sweepUntilRefunded(owed);
  }

  @Test
  void no_sweep_begins_while_another_is_running() {
    Payment held = charging(10_000);
    provider.lookupsHeldUntil = Promise.promise();
    Future<?> first = sweep.now();
    provider.lookedUp.future().await();
    sweep.now().await();
    provider.lookupsHeldUntil.complete();
    first.await();
    assertThat(provider.lookups).containsOnlyOnce(held.id());
    provider.lookupsHeldUntil = null;
    Payment next = charging(10_000);
    sweep.now().await();
    assertThat(status(next)).isEqualTo(PaymentStatus.DECLINED);
  }
}
