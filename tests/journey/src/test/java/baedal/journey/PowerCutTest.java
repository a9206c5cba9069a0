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

  /** Enough for orders during the kills and for orders after the last one. */
  private static final int ORDERS = SuiteSize.of("baedal.powercut.orders", 20, 100);

  @Test
  void every_order_ends_although_processes_are_killed(@TempDir Path home) throws IOException {
    long seed = System.nanoTime();
    Soak.Outcome outcome =
        Soak.run(home, Duration.ZERO, KILLS, ORDERS, seed, new ConsoleProgress());
    assertThat(outcome.failures()).as("seed %d", seed).isEmpty();
    assertThat(outcome.endedOrders()).as("seed %d", seed).isGreaterThanOrEqualTo(ORDERS);
  }
}
