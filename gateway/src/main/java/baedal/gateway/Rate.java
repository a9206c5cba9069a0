package baedal.gateway;

import java.util.List;

/**
 * The rate limit of one client: a token bucket that holds at most {@code limit} requests and is
 * refilled within one minute. {@code key} names the client, such as {@code subject:c-1}.
 */
record Rate(String key, int limit) {

  static final int MINUTE_MILLIS = 60_000;

  /**
   * The result of taking one request from each of several buckets. It is allowed if each bucket
   * held at least one; otherwise none was taken. {@code levels} are the requests that are left in
   * each bucket.
   */
  record Result(boolean allowed, List<Double> levels) {}

  /**
   * The level {@code millis} milliseconds later, if it is {@code level} now and no request is
   * taken.
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
