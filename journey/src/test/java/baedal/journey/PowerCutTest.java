package baedal.journey;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.dev.Soak;
import baedal.dev.Steps;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every process is killed and started again while orders flow; {@code ./run soak} goes on longer.
 */
class PowerCutTest {

  @Test
  void nothing_is_lost_and_nothing_happens_twice(@TempDir Path home) throws IOException {
    long seed = System.nanoTime();
    assertThat(Soak.run(home, Duration.ZERO, seed, new Steps())).as("seed %d", seed).isEmpty();
  }
}
