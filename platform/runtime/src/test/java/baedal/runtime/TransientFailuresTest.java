package baedal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ConnectException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class TransientFailuresTest {

  @Test
  void what_may_pass_is_an_outage() {
    assertThat(TransientFailures.isOutage(new ConnectException("refused"))).isTrue();
    assertThat(TransientFailures.isOutage(new TimeoutException())).isTrue();
    assertThat(
            TransientFailures.isOutage(new IllegalStateException(new ConnectException("refused"))))
        .isTrue();
    assertThat(
            TransientFailures.isOutage(Refusal.unavailable("away", "away", Duration.ofSeconds(1))))
        .isTrue();
  }

  @Test
  void a_bug_a_refusal_and_what_cannot_be_read_are_none() {
    assertThat(TransientFailures.isOutage(new IllegalStateException("a bug"))).isFalse();
    assertThat(TransientFailures.isOutage(Refusal.conflict("taken", "taken"))).isFalse();
    try {
      Json.decode("{", Refusal.Fault.class);
    } catch (IllegalArgumentException unreadable) {
      assertThat(TransientFailures.isOutage(unreadable)).isFalse();
      return;
    }
    throw new AssertionError("an open brace is no JSON");
  }
}
