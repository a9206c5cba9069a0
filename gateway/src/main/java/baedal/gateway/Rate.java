package baedal.gateway;

import java.util.List;

/**
 * How much whoever {@code key} stands for may ask: a token bucket that holds {@code limit}
 * requests, and fills again over a minute.
 */
record Rate(String key, int limit) {

  static final int MINUTE_MILLIS = 60_000;

  /** Whether all the buckets that were asked had a request left, and what is in each now. */
  record Taken(boolean all, List<Double> levels) {}

  /** What is in the bucket {@code millis} after there was {@code level} in it. */
  double after(double level, long millis) {
    return Math.min(limit, level + (double) limit * millis / MINUTE_MILLIS);
  }

  /** Whole seconds, at least one, from {@code level} until the bucket holds {@code wanted}. */
  long secondsUntil(double wanted, double level) {
    return Math.max(1, (long) Math.ceil((wanted - level) * 60 / limit));
  }
}
