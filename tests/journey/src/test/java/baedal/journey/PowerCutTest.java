package baedal.journey;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.bench.Soak;
import baedal.dev.ConsoleProgress;
import baedal.testkit.SuiteSize;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills and restarts processes while customers order. {@code ./run soak} does so for longer. */
class PowerCutTest {

  private static final int KILLS = SuiteSize.of("baedal.powercut.kills", 4, Soak.EVERY_PROCESS);
  private static final int ORDERS = SuiteSize.of("baedal.powercut.orders", 20, 100);

  @Test
  void nothing_is_lost_and_nothing_happens_twice(@TempDir Path home) throws IOException {
    long seed = System.nanoTime();
    Soak.Outcome outcome =
        Soak.run(home, Duration.ZERO, KILLS, ORDERS, seed, new ConsoleProgress());
    assertThat(outcome.failures()).as("seed %d", seed).isEmpty();
    assertThat(outcome.endedOrders()).as("seed %d", seed).isGreaterThanOrEqualTo(ORDERS);
  }
}
