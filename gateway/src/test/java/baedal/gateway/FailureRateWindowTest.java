package baedal.gateway;

import static baedal.gateway.ProviderVerdict.ANSWERED;
import static baedal.gateway.ProviderVerdict.BUSY;
import static baedal.gateway.ProviderVerdict.FAILED;
import static baedal.gateway.ProviderVerdict.NONE;
import static baedal.gateway.ProviderVerdict.UNANSWERED;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class FailureRateWindowTest {

  private static final Duration WINDOW = Duration.ofSeconds(5);

  private long now;
  private final FailureRateWindow window =
      new FailureRateWindow(10, 75, WINDOW, Duration.ZERO, () -> now);

  /**
   * Makes calls with the same result, one millisecond apart. Returns whether the rate is then
   * exceeded.
   */
  private boolean after(int calls, boolean failed) {
    return after(window, calls, failed);
  }

  private boolean after(FailureRateWindow window, int calls, boolean failed) {
    boolean exceeded = false;
    for (int i = 0; i < calls; i++) {
      now += Duration.ofMillis(1).toNanos();
      exceeded = window.isExceededAfter(failed ? FAILED : ANSWERED);
    }
    return exceeded;
  }

  @Test
  void ten_failures_without_a_success_exceed_the_rate() {
    assertThat(after(9, true)).isFalse();
    assertThat(after(1, true)).isTrue();
  }

  @Test
  void failures_in_a_row_below_the_percentage_do_not_exceed_the_rate() {
    after(1_000, false);
    assertThat(after(2_999, true)).isFalse();
    assertThat(after(1, true)).isTrue();
  }

  @Test
  void calls_before_the_window_do_not_count() {
    after(100, false);
    after(9, true);
    now += WINDOW.plusNanos(1).toNanos();
    assertThat(after(9, true)).isFalse();
    assertThat(after(1, true)).isTrue();
  }

  @Test
  void a_slice_of_the_window_expires_without_the_others() {
    after(4_000, false);
    now += Duration.ofSeconds(4).toNanos();
    assertThat(after(600, true)).isFalse();
    now += Duration.ofMillis(500).toNanos();
    assertThat(after(1, true)).isTrue();
  }

  @Test
  void a_high_rate_counts_only_after_the_minimum_duration() {
    FailureRateWindow sustained =
        new FailureRateWindow(10, 75, WINDOW, Duration.ofMillis(600), () -> now);
    sustained.isExceededAfter(FAILED);
    now += Duration.ofSeconds(1).toNanos();
    assertThat(after(sustained, 99, true)).isFalse();
    now += Duration.ofMillis(300).toNanos();
    assertThat(after(sustained, 40, false)).isFalse();
    now += Duration.ofMillis(400).toNanos();
    assertThat(after(sustained, 20, true)).isFalse();
    now += Duration.ofMillis(600).toNanos();
    assertThat(after(sustained, 1, true)).isTrue();
  }

  @Test
  void a_reset_window_is_empty() {
    after(10, true);
    window.reset();
    assertThat(after(9, true)).isFalse();
  }

  private boolean after(int calls, ProviderVerdict verdict) {
    boolean exceeded = false;
    for (int i = 0; i < calls; i++) {
      exceeded = window.isExceededAfter(verdict);
    }
    return exceeded;
  }

  @Test
  void busy_calls_and_calls_without_a_verdict_do_not_change_the_rate() {
    assertThat(after(1_000, BUSY)).isFalse();
    assertThat(after(1_000, NONE)).isFalse();
    assertThat(after(9, FAILED)).isFalse();
    assertThat(after(1, FAILED)).isTrue();
  }

  @Test
  void an_unanswered_call_counts_as_a_failure_while_payment_is_healthy() {
    after(5, FAILED);
    assertThat(after(4, UNANSWERED)).isFalse();
    assertThat(after(1, UNANSWERED)).isTrue();
  }

  @Test
  void unanswered_calls_do_not_count_while_payment_is_overloaded() {
    assertThat(after(100, UNANSWERED)).as("payment answers nothing").isFalse();
    after(40, ANSWERED);
    assertThat(after(1, UNANSWERED)).as("payment answers too few").isFalse();
    after(70, ANSWERED);
    after(10, BUSY);
    assertThat(after(1, UNANSWERED)).as("payment is busy").isFalse();
  }

  @Test
  void a_busy_payment_does_not_hide_a_provider_that_fails() {
    after(100, BUSY);
    after(10, UNANSWERED);
    assertThat(after(10, FAILED)).isTrue();
  }
}
