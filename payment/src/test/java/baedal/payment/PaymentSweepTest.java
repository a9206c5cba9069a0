package baedal.payment;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import org.junit.jupiter.api.Test;

/** The sweep over charges and refunds that a crash or an outage left unfinished. */
class PaymentSweepTest extends PaymentFixture {

  private static Payment refunding() {
    String id = charging(10_000).id();
    payments.change(id, p -> p.charged(LONG_AGO)).await();
    return payments.change(id, p -> p.giveBack("canceled", LONG_AGO)).await();
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
    for (int round = 0; round < 50 && status(owed) != PaymentStatus.REFUNDED; round++) {
      sweep.now().await();
    }
    assertThat(status(owed)).isEqualTo(PaymentStatus.REFUNDED);
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
