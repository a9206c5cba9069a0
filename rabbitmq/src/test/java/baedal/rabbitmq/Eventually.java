package baedal.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for a condition, never for a duration. */
final class Eventually {

  private static final Duration DEADLINE = Duration.ofSeconds(30);
  private static final long LOOK_MILLIS = 20;

  private Eventually() {}

  static void until(BooleanSupplier condition) {
    until(DEADLINE, condition);
  }

  static void until(Duration deadline, BooleanSupplier condition) {
    long end = System.nanoTime() + deadline.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("deadline").isLessThan(end);
      try {
        Thread.sleep(LOOK_MILLIS);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
