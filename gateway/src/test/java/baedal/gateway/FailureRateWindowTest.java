package baedal.gateway;

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
      exceeded = window.isExceededAfter(failed);
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
    sustained.isExceededAfter(true);
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
}
