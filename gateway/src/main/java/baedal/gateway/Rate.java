package baedal.gateway;

import java.util.List;

/**
 * The rate limit of one client: a token bucket that holds at most {@code limit} requests and is
 * refilled within one minute. {@code key} names the client, such as {@code subject:c-1}.
 */
record Rate(String key, int limit) {

  static final int MINUTE_MILLIS = 60_000;

  /**
   * The result of an attempt to take one request from each of several buckets. {@code allowed} is
   * false if a bucket held less than one request; then no request was taken from any bucket. {@code
   * levels} are the numbers of requests that are left in the buckets.
   */
  record Result(boolean allowed, List<Double> levels) {}

  /**
   * Returns how many requests the bucket holds after {@code millis} milliseconds, if it holds
   * {@code level} requests now and none is taken.
   */
  double after(double level, long millis) {
    return Math.min(limit, level + (double) limit * millis / MINUTE_MILLIS);
  }

  /**
   * Whole seconds, at least one, until the bucket has filled from {@code level} to {@code wanted}.
   */
  long secondsUntil(double wanted, double level) {
    return Math.max(1, (long) Math.ceil((wanted - level) * 60 / limit));
  }
}
