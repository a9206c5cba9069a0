package baedal.backing;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** How tests wait: for a condition, with a deadline. */
public final class Eventually {

  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final long LOOK_MILLIS = 20;

  private Eventually() {}

  /** Comes back when {@code condition} is true; throws {@link AssertionError} after a minute. */
  public static void until(BooleanSupplier condition) {
    until(DEADLINE, condition);
  }

  /** As {@link #until(BooleanSupplier)}, within {@code deadline}. */
  public static void until(Duration deadline, BooleanSupplier condition) {
    long end = System.nanoTime() + deadline.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not within " + deadline.toSeconds() + " s");
      }
      try {
        Thread.sleep(LOOK_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(e);
      }
    }
  }
}
