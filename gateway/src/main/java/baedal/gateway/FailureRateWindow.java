package baedal.gateway;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * Counts calls and failures in a sliding window, and decides whether the failure rate is so high
 * for so long that a breaker should open. A short slowdown fails many calls in a row, and must not
 * open it.
 */
final class FailureRateWindow {

  /** The window consists of so many slices, and drops a slice as a whole. */
  private static final int SLICES = 20;

  private static final int PERCENT = 100;

  private static final class Slice {
    private final long since;
    private int calls;
    private int failed;

    Slice(long since) {
      this.since = since;
    }
  }

  private final int minFailures;
  private final int percent;
  private final long windowNanos;
  private final long minDurationNanos;
  private final LongSupplier nanoTime;
  private final Deque<Slice> slices = new ArrayDeque<>();
  private int calls;
  private int failed;
  private OptionalLong exceededSince = OptionalLong.empty();

  /**
   * The rate is exceeded when {@code window} holds at least {@code minFailures} failures, and they
   * are at least {@code percent} of its calls. Both must hold for {@code minDuration}, because
   * calls that are made together fail together.
   *
   * @param nanoTime as {@link System#nanoTime}
   */
  FailureRateWindow(
      int minFailures, int percent, Duration window, Duration minDuration, LongSupplier nanoTime) {
    this.minFailures = minFailures;
    this.percent = percent;
    this.windowNanos = window.toNanos();
    this.minDurationNanos = minDuration.toNanos();
    this.nanoTime = nanoTime;
  }

  /** Counts a call that ended now, and returns whether the failure rate is exceeded. */
  synchronized boolean isExceededAfter(boolean failure) {
    long now = nanoTime.getAsLong();
    Slice slice = sliceAt(now);
    slice.calls++;
    calls++;
    if (failure) {
      slice.failed++;
      failed++;
    }
    boolean exceeded = failed >= minFailures && (long) failed * PERCENT >= (long) percent * calls;
    if (!exceeded) {
      exceededSince = OptionalLong.empty();
    } else if (exceededSince.isEmpty()) {
      exceededSince = OptionalLong.of(now);
    }
    return exceeded && now - exceededSince.getAsLong() >= minDurationNanos;
  }

  private Slice sliceAt(long now) {
    while (!slices.isEmpty() && now - slices.peekFirst().since > windowNanos) {
      Slice expired = slices.removeFirst();
      calls -= expired.calls;
      failed -= expired.failed;
    }
    if (slices.isEmpty() || now - slices.peekLast().since >= windowNanos / SLICES) {
      slices.addLast(new Slice(now));
    }
    return slices.peekLast();
  }

  synchronized void reset() {
    slices.clear();
    exceededSince = OptionalLong.empty();
    calls = 0;
    failed = 0;
  }
}
