package baedal.audit;

import baedal.runtime.Config;
import java.time.Duration;
import java.time.Instant;

/**
 * How long a change may take before a disagreement is a finding.
 *
 * @param grace what changed less than this long ago may not have arrived everywhere
 * @param confirmsAfter after how long the order service completes a delivered order by itself
 */
public record Tolerances(Duration grace, Duration confirmsAfter) {

  private static final Duration DEFAULT_CONFIRMS_AFTER = Duration.ofHours(24);

  /** The tolerances as points in time, for one audit. */
  record Bounds(Instant graceBegan, Instant silenceBegan) {}

  /** From the settings {@code GRACE_SECONDS} and {@code ORDER_CONFIRMS_AFTER}. */
  public static Tolerances from(Config config) {
    return new Tolerances(
        Duration.ofSeconds(config.number("GRACE_SECONDS", 60)),
        config.duration("ORDER_CONFIRMS_AFTER", DEFAULT_CONFIRMS_AFTER));
  }

  /** With the order service's default for {@code confirmsAfter}. */
  public static Tolerances ofGrace(Duration grace) {
    return new Tolerances(grace, DEFAULT_CONFIRMS_AFTER);
  }

  Bounds at(Instant now) {
    Instant graceBegan = now.minus(grace);
    return new Bounds(graceBegan, graceBegan.minus(confirmsAfter));
  }
}
