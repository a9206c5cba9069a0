package baedal.rider;

import java.time.Duration;
import java.time.Instant;

/** A person who carries orders, and where they were last seen: null where they never were. */
record Rider(String id, Double lat, Double lng, Instant seenAt) {

  /** A rider who was not seen for this long is off duty. */
  private static final Duration ON_DUTY = Duration.ofMinutes(10);

  /** What a rider is doing; derived from location and deliveries, never stored. */
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
