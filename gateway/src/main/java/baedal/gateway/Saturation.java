package baedal.gateway;

import java.time.Duration;

/**
 * Whether Baedal is saturated: its own processors, or a service behind the gateway. It is saturated
 * while one of these is true:
 *
 * <ul>
 *   <li>The timers of the gateway's event loop are late. Then requests wait for a processor, too.
 *   <li>Placing an order takes several times as long as it takes without load.
 *   <li>Payment often has no time left to ask the payment provider.
 * </ul>
 *
 * All three are moving averages, so that one slow request changes nothing. Runs on one event loop.
 */
final class Saturation {

  private static final double WEIGHT = 0.2;

  /** How late timers may be on average. A smaller limit refused orders that were paid in time. */
  private static final double MAX_DELAY_NANOS = Duration.ofMillis(70).toNanos();

  /** Placing an order may always take this long. */
  private static final double MIN_PLACING_NANOS = Duration.ofMillis(250).toNanos();

  private static final double MAX_SLOWDOWN = 3;

  /** By how much the time of an order without load grows with each measurement. */
  private static final double FORGET = 1.0001;

  /** The share of payments that payment had no time for. */
  private static final double MAX_BUSY = 0.1;

  private static final double FORGET_BUSY = 0.95;

  private double delay;
  private double busy;
  private double placing;
  private double unloaded = Double.MAX_VALUE;

  /** A timer of the event loop was {@code nanos} late. */
  void timerLate(long nanos) {
    delay += WEIGHT * (nanos - delay);
  }

  /** Placing an order took {@code nanos}. */
  void placed(long nanos) {
    placing += WEIGHT * (nanos - placing);
    unloaded = Math.min(placing, unloaded * FORGET);
  }

  /** A payment has ended. {@code tooBusy}: payment had no time to ask the provider. */
  void paid(boolean tooBusy) {
    busy += WEIGHT * ((tooBusy ? 1 : 0) - busy);
  }

  /** Call this at regular intervals: without payments, earlier ones lose their weight. */
  void forget() {
    busy *= FORGET_BUSY;
  }

  boolean isSaturated() {
    return delay > MAX_DELAY_NANOS
        || busy > MAX_BUSY
        || placing > Math.max(MIN_PLACING_NANOS, MAX_SLOWDOWN * unloaded);
  }

  /** How late the timers of the event loop are, in seconds. */
  double delaySeconds() {
    return delay / Duration.ofSeconds(1).toNanos();
  }
}
