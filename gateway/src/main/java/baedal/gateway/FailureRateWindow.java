package baedal.gateway;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * Counts calls of the payment service by verdict, in a sliding window. {@link PaymentBreaker} opens
 * when the failure rate of the provider has been too high for a minimum time. A short slowdown,
 * which fails many calls at once, does not open it.
 *
 * <p>A call without a response counts as a failure only while payment is otherwise healthy: at most
 * half of the calls in the window got no response or found payment busy. Otherwise Baedal itself is
 * overloaded, and these calls say nothing about the provider.
 */
final class FailureRateWindow {

  /** Number of slices of the window. The counts of one slice expire together. */
  private static final int SLICES = 20;

  private static final int PERCENT = 100;

  private static final class Slice {
    private final long since;
    private final Map<ProviderVerdict, Integer> calls = new EnumMap<>(ProviderVerdict.class);

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
  private final Map<ProviderVerdict, Integer> calls = new EnumMap<>(ProviderVerdict.class);
  private OptionalLong exceededSince = OptionalLong.empty();

  /**
   * The failure rate is too high while the last {@code window} holds at least {@code minFailures}
   * failures, and these are at least {@code percent} percent of its failures and successes. It must
   * stay too high for {@code minDuration}, because calls that begin together fail together.
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
  synchronized boolean isExceededAfter(ProviderVerdict verdict) {
    long now = nanoTime.getAsLong();
    Slice slice = sliceAt(now);
    slice.calls.merge(verdict, 1, Integer::sum);
    calls.merge(verdict, 1, Integer::sum);
    boolean exceeded = isExceeded();
    if (!exceeded) {
      exceededSince = OptionalLong.empty();
    } else if (exceededSince.isEmpty()) {
      exceededSince = OptionalLong.of(now);
    }
    return exceeded && now - exceededSince.getAsLong() >= minDurationNanos;
  }

  private boolean isExceeded() {
    long unanswered = count(ProviderVerdict.UNANSWERED);
    long judged = count(ProviderVerdict.ANSWERED) + count(ProviderVerdict.FAILED);
    boolean healthy = unanswered + count(ProviderVerdict.BUSY) <= judged;
    long failed = count(ProviderVerdict.FAILED) + (healthy ? unanswered : 0);
    long all = judged + (healthy ? unanswered : 0);
    return failed >= minFailures && failed * PERCENT >= percent * all;
  }

  private long count(ProviderVerdict verdict) {
    return calls.getOrDefault(verdict, 0);
  }

  private Slice sliceAt(long now) {
    while (!slices.isEmpty() && now - slices.peekFirst().since > windowNanos) {
      Slice expired = slices.removeFirst();
      expired.calls.forEach((verdict, count) -> calls.merge(verdict, -count, Integer::sum));
    }
    if (slices.isEmpty() || now - slices.peekLast().since >= windowNanos / SLICES) {
      slices.addLast(new Slice(now));
    }
    return slices.peekLast();
  }

  synchronized void reset() {
    slices.clear();
    exceededSince = OptionalLong.empty();
    calls.clear();
  }
}
