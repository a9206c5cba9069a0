package baedal.journey;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.bench.Rollout;
import baedal.testkit.SuiteSize;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Replaces replicas while customers order. {@code tools/bench/rollout} does so for longer. */
class RolloutTest {

  private static final int SERVICES = SuiteSize.of("baedal.rollout.services", 2, 7);

  @Test
  void no_request_is_lost_while_replicas_are_replaced_or_hang(@TempDir Path home)
      throws IOException {
    Rollout.Outcome outcome = Rollout.runShort(home, SERVICES);
    assertThat(outcome.failures()).as(outcome.table()).isEmpty();
  }
}
