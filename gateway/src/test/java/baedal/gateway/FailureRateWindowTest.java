package baedal.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class FailureRateWindowTest {

  private static final Duration WINDOW = Duration.ofSeconds(5);

  private long now;
  private final FailureRateWindow share =
      new FailureRateWindow(10, 75, WINDOW, Duration.ZERO, () -> now);

  /** Whether the last of so many calls that end alike, a millisecond each, is too much. */
  private boolean after(int calls, boolean failed) {
    return after(share, calls, failed);
  }

  private boolean after(FailureRateWindow share, int calls, boolean failed) {
    boolean tooMuch = false;
    for (int i = 0; i < calls; i++) {
      now += Duration.ofMillis(1).toNanos();
      tooMuch = share.isTooMuchAfter(failed);
    }
    return tooMuch;
  }

  @Test
  void nothing_but_failures_is_too_much_from_the_tenth_on() {
    assertThat(after(9, true)).isFalse();
    assertThat(after(1, true)).isTrue();
  }

  @Test
  void many_failures_in_a_row_are_not_while_more_went_well() {
    after(1_000, false);
    assertThat(after(2_999, true)).isFalse();
    assertThat(after(1, true)).isTrue();
  }

  @Test
  void what_is_long_past_does_not_count() {
    after(100, false);
    after(9, true);
    now += WINDOW.plusNanos(1).toNanos();
    assertThat(after(9, true)).isFalse();
    assertThat(after(1, true)).isTrue();
  }

  @Test
  void a_part_of_the_window_is_forgotten_without_the_others() {
    after(4_000, false);
    now += Duration.ofSeconds(4).toNanos();
    assertThat(after(600, true)).isFalse();
    now += Duration.ofMillis(500).toNanos();
    assertThat(after(1, true)).isTrue();
  }

  @Test
  void those_who_fail_together_are_one_moment_and_too_much_when_it_lasts() {
    FailureRateWindow patient =
        new FailureRateWindow(10, 75, WINDOW, Duration.ofMillis(600), () -> now);
    patient.isTooMuchAfter(true);
    now += Duration.ofSeconds(1).toNanos();
    assertThat(after(patient, 99, true)).isFalse();
    now += Duration.ofMillis(300).toNanos();
    assertThat(after(patient, 40, false)).isFalse();
    now += Duration.ofMillis(400).toNanos();
    assertThat(after(patient, 20, true)).isFalse();
    now += Duration.ofMillis(600).toNanos();
    assertThat(after(patient, 1, true)).isTrue();
  }

  @Test
  void after_it_was_forgotten_it_begins_anew() {
    after(10, true);
    share.forget();
    assertThat(after(9, true)).isFalse();
  }
}
