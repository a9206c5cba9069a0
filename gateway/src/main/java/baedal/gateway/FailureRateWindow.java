package baedal.gateway;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * How the calls of the last seconds went: whether so many of them failed, and for so long, that
 * asking on is no use. A moment of slowness fails many in a row, and is over.
 */
final class FailureRateWindow {

  /** Calls are counted in so many parts of the window, each forgotten as a whole. */
  private static final int PARTS = 20;

  private static final int PERCENT = 100;

  private static final class Part {
    private final long since;
    private int calls;
    private int failed;

    Part(long since) {
      this.since = since;
    }
  }

  private final int least;
  private final int percent;
  private final long window;
  private final long lasting;
  private final LongSupplier nanoTime;
  private final Deque<Part> parts = new ArrayDeque<>();
  private int calls;
  private int failed;
  private OptionalLong tooManySince = OptionalLong.empty();

  /**
   * Too many are {@code least}, and {@code percent} of the calls within {@code window}, when it has
   * been so for {@code lasting}: those who came together fail together, and that is one moment.
   *
   * @param nanoTime as {@link System#nanoTime}
   */
  FailureRateWindow(
      int least, int percent, Duration window, Duration lasting, LongSupplier nanoTime) {
    this.least = least;
    this.percent = percent;
    this.window = window.toNanos();
    this.lasting = lasting.toNanos();
    this.nanoTime = nanoTime;
  }

  /** Whether there are too many failures, now that one more call ended. */
  synchronized boolean isTooMuchAfter(boolean failure) {
    long now = nanoTime.getAsLong();
    Part part = part(now);
    part.calls++;
    calls++;
    if (failure) {
      part.failed++;
      failed++;
    }
    boolean tooMany = failed >= least && (long) failed * PERCENT >= (long) percent * calls;
    if (!tooMany) {
      tooManySince = OptionalLong.empty();
    } else if (tooManySince.isEmpty()) {
      tooManySince = OptionalLong.of(now);
    }
    return tooMany && now - tooManySince.getAsLong() >= lasting;
  }

  private Part part(long now) {
    while (!parts.isEmpty() && now - parts.peekFirst().since > window) {
      Part past = parts.removeFirst();
      calls -= past.calls;
      failed -= past.failed;
    }
    if (parts.isEmpty() || now - parts.peekLast().since >= window / PARTS) {
      parts.addLast(new Part(now));
    }
    return parts.peekLast();
  }

  synchronized void forget() {
    parts.clear();
    tooManySince = OptionalLong.empty();
    calls = 0;
    failed = 0;
  }
}
