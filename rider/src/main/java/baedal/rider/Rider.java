package baedal.rider;

import java.time.Duration;
import java.time.Instant;

/** A person who carries orders, and where they were last seen. */
record Rider(String id, double lat, double lng, Instant seenAt) {

  /** Whoever was not seen for this long is off duty. */
  private static final Duration ON_DUTY = Duration.ofMinutes(10);

  /** What a rider is doing; told from the facts, never stored beside them. */
  enum State {
    OFFLINE,
    IDLE,
    BUSY
  }

  State state(boolean carrying, Instant now) {
    if (carrying) {
      return State.BUSY;
    }
    return seenAt.plus(ON_DUTY).isBefore(now) ? State.OFFLINE : State.IDLE;
  }
}
