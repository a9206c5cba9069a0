package baedal.rider;

import java.time.Duration;
import java.time.Instant;

/**
 * A person who carries orders, with the last location that the person reported.
 *
 * @param id the {@code sub} claim in the tokens of this person
 * @param seenAt when the location was reported; null, like {@code lat} and {@code lng}, if this
 *     person has never reported one
 */
record Rider(String id, Double lat, Double lng, Instant seenAt) {

  /** A rider without a delivery is OFFLINE when the last location is older than this. */
  private static final Duration ON_DUTY = Duration.ofMinutes(10);

  /** The state of a rider. It is computed for each request and never stored. */
  enum State {
    OFFLINE,
    IDLE,
    BUSY
  }

  static Rider unseen(String id) {
    return new Rider(id, null, null, null);
  }

  State state(boolean carrying, Instant now) {
    if (carrying) {
      return State.BUSY;
    }
    boolean onDuty = seenAt != null && !seenAt.plus(ON_DUTY).isBefore(now);
    return onDuty ? State.IDLE : State.OFFLINE;
  }
}
