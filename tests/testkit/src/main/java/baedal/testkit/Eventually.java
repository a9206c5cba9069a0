package baedal.testkit;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** Awaitility with the deadline and the poll interval that all tests share. */
public final class Eventually {

  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final Duration POLL_INTERVAL = Duration.ofMillis(20);

  private Eventually() {}

  /**
   * Polls a condition every 20 ms in the caller's thread. If the condition is not met within a
   * minute, the test fails.
   */
  public static ConditionFactory await() {
    return Awaitility.await()
        .atMost(DEADLINE)
        .pollDelay(Duration.ZERO)
        .pollInterval(POLL_INTERVAL)
        .pollInSameThread();
  }
}
