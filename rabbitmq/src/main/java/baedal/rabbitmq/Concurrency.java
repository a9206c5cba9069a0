package baedal.rabbitmq;

import java.time.Duration;

/**
 * How many events an {@link EventConsumer} handles at the same time. The number is low while the
 * events are new, so that HTTP requests have priority. It grows with the age of the events: one
 * event more for every 10 ms.
 *
 * @param lowest the number for new events
 * @param highest the number for old events
 * @param prefetch maximum number of messages that the consumer holds unacknowledged; some of them
 *     wait for their acknowledgement, or to be handled
 */
record Concurrency(int lowest, int highest, int prefetch) {

  /** For events that are handled one by one. */
  static final Concurrency ONE_BY_ONE = new Concurrency(8, 32, 32);

  /** For events that are handled in batches: an event costs less, so the numbers are higher. */
  static final Concurrency IN_BATCHES = new Concurrency(32, 256, 512);

  private static final long MILLIS_PER_EVENT = 10;

  /**
   * @param age the age of the oldest event that waits; may be negative if clocks differ
   */
  int at(Duration age) {
    return (int) Math.max(lowest, Math.min(highest, age.toMillis() / MILLIS_PER_EVENT));
  }
}
