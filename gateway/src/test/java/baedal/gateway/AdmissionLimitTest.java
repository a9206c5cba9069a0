package baedal.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How the limit of new orders changes with the saturation. */
class AdmissionLimitTest {

  private final AdmissionLimit limit = new AdmissionLimit();
  private long now;

  @Test
  void the_limit_grows_while_it_is_used_and_nothing_is_saturated() {
    measure(10, false, AdmissionLimit.MAX);
    assertThat(limit.value()).isBetween(50, 60);
    measure(100, false, AdmissionLimit.MAX);
    assertThat(limit.value()).isEqualTo(AdmissionLimit.MAX);
  }

  @Test
  void the_limit_does_not_grow_while_it_is_not_used() {
    measure(10, false, AdmissionLimit.INITIAL - 1);
    assertThat(limit.value()).isEqualTo(AdmissionLimit.INITIAL);
  }

  @Test
  void a_saturated_machine_lowers_the_limit_below_the_orders_in_progress() {
    measure(1, true, 30);
    assertThat(limit.value()).isEqualTo(21);
  }

  @Test
  void after_a_decrease_the_limit_waits_until_its_effect_can_be_measured() {
    measure(5, true, 30);
    assertThat(limit.value()).isEqualTo(21);
    measure(1, true, 21);
    assertThat(limit.value()).isEqualTo(AdmissionLimit.MIN);
  }

  @Test
  void a_few_orders_are_always_admitted() {
    measure(100, true, AdmissionLimit.MAX);
    assertThat(limit.value()).isEqualTo(AdmissionLimit.MIN);
  }

  @Test
  void the_limit_does_not_change_while_no_order_is_in_progress() {
    measure(100, true, 0);
    assertThat(limit.value()).isEqualTo(AdmissionLimit.INITIAL);
  }

  @Test
  void the_limit_recovers_from_its_minimum() {
    measure(100, true, AdmissionLimit.MAX);
    measure(100, false, AdmissionLimit.MAX);
    assertThat(limit.value()).isGreaterThan(AdmissionLimit.INITIAL);
  }

  /** Measures several times, every 100 ms. */
  private void measure(int times, boolean saturated, int inProgress) {
    for (int i = 0; i < times; i++) {
      limit.update(saturated, inProgress, now);
      now += Duration.ofMillis(100).toNanos();
    }
  }
}
