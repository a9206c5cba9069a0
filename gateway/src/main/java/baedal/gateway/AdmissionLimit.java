package baedal.gateway;

import java.time.Duration;

/**
 * The maximum number of new orders in progress. It grows slowly while Baedal is not saturated, and
 * shrinks quickly while it is. It does not change while no order is in progress, because then
 * orders are not the cause of the saturation. {@link OrderAdmission} applies it.
 */
final class AdmissionLimit {

  static final int MIN = 16;
  static final int INITIAL = 32;

  /** The number of connections to the payment service. */
  static final int MAX = 512;

  private static final double GROWTH = 1.05;
  private static final double DECREASE = 0.7;

  /**
   * The limit does not change for this time after a decrease. An order that is in progress takes
   * about as long, so an earlier measurement would not show the effect.
   */
  private static final Duration SETTLE = Duration.ofMillis(500);

  private double limit = INITIAL;
  private long settledAt = Long.MIN_VALUE;

  int value() {
    return (int) limit;
  }

  /**
   * Changes the limit after a measurement.
   *
   * @param inProgress the largest number of orders in progress since the last measurement
   * @param now by a clock such as {@link System#nanoTime}
   */
  void update(boolean saturated, int inProgress, long now) {
    if (settledAt != Long.MIN_VALUE && now - settledAt < 0) {
      return;
    }
    if (inProgress == 0) {
      return;
    }
    if (saturated) {
      limit = Math.max(MIN, DECREASE * Math.min(limit, inProgress));
      settledAt = now + SETTLE.toNanos();
    } else if (inProgress >= value()) {
      limit = Math.min(MAX, limit * GROWTH);
    }
  }
}
