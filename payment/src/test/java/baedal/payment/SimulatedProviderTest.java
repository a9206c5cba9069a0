package baedal.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baedal.runtime.Ids;
import io.vertx.sqlclient.Tuple;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The refunds of the simulated provider, with a database. */
class SimulatedProviderTest extends PaymentFixture {

  private static final long WON = 10_000;

  private final String id = Ids.next();
  private SimulatedProvider simulator;

  @BeforeEach
  void charge() {
    simulator = new SimulatedProvider(vertx, new SimulatedProviderRepository(pool));
    simulator.charge(id, WON, "CARD", CARD).await();
  }

  private Long refundedAmount() {
    return pool.preparedQuery("SELECT refunded_amount FROM simulator_charge WHERE payment_id = $1")
        .execute(Tuple.of(id))
        .await()
        .iterator()
        .next()
        .getLong(0);
  }

  private void assertRefused(String paymentId, long won) {
    assertThatThrownBy(() -> simulator.refund(paymentId, won).await())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(won + " won of payment " + paymentId);
  }

  @Test
  void the_first_refund_decides_the_amount() {
    simulator.refund(id, 4_000).await();
    simulator.refund(id, 4_000).await();
    assertRefused(id, 6_000);
    assertRefused(id, WON);
    assertThat(refundedAmount()).isEqualTo(4_000);
  }

  @Test
  void a_refund_that_does_not_fit_the_charge_is_refused() {
    assertRefused(id, WON + 1);
    assertRefused(id, 0);
    assertRefused(Ids.next(), WON);
    assertThat(refundedAmount()).isNull();
  }

  @Test
  void a_refund_stored_without_an_amount_refunded_all() {
    pool.preparedQuery("UPDATE simulator_charge SET refunded = true WHERE payment_id = $1")
        .execute(Tuple.of(id))
        .await();
    assertRefused(id, 4_000);
    simulator.refund(id, WON).await();
    assertThat(refundedAmount()).isEqualTo(WON);
  }
}
