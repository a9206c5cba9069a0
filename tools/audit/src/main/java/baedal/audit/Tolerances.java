package baedal.audit;

import baedal.runtime.Config;
import java.time.Duration;
import java.time.Instant;

/**
 * How long something may take before it is wrong.
 *
 * @param grace what changed since then may still be on its way
 * @param confirmsAfter how much silence is a confirmation, as the order service has it
 */
public record Tolerances(Duration grace, Duration confirmsAfter) {

  private static final Duration A_DAY = Duration.ofHours(24);

  /** Seen from some moment. */
  record Bounds(Instant graceBegan, Instant silenceBegan) {}

  /** From {@code GRACE_SECONDS}, or a minute, and {@code ORDER_CONFIRMS_AFTER}, or a day. */
  public static Tolerances from(Config config) {
    return new Tolerances(
        Duration.ofSeconds(config.number("GRACE_SECONDS", 60)),
        config.duration("ORDER_CONFIRMS_AFTER", A_DAY));
  }

  /** Silence counts as the order service does it by default. */
  public static Tolerances ofGrace(Duration grace) {
    return new Tolerances(grace, A_DAY);
  }

  Bounds at(Instant now) {
    Instant graceBegan = now.minus(grace);
    return new Bounds(graceBegan, graceBegan.minus(confirmsAfter));
  }
}
