package baedal.gateway;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * Counts calls and failures in a sliding window. {@link PaymentBreaker} opens when the failure rate
 * has been too high for a minimum time. A short slowdown, which fails many calls at once, does not
 * open it.
 */
final class FailureRateWindow {

  /** Number of slices of the window. The counts of one slice expire together. */
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
   * The failure rate is too high while the last {@code window} holds at least {@code minFailures}
   * failures, and these are at least {@code percent} percent of all calls in it. It must stay too
   * high for {@code minDuration}, because calls that begin together fail together.
   *
   * @param nanoTime a clock such as {@link System#nanoTime}
   */
  FailureRateWindow(
      int minFailures, int percent, Duration window, Duration minDuration, LongSupplier nanoTime) {
    this.minFailures = minFailures;
    this.percent = percent;
    this.windowNanos = window.toNanos();
    this.minDurationNanos = minDuration.toNanos();
    this.nanoTime = nanoTime;
  }

  /**
   * Counts a call that has just ended. Returns whether the failure rate has been too high for the
   * minimum time.
   */
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
