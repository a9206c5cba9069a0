package baedal.audit;

import baedal.runtime.Config;
import java.time.Duration;
import java.time.Instant;

/**
 * How long the services may take for a change before {@link Auditor} reports a disagreement.
 *
 * @param grace an order that changed within this time is skipped
 * @param confirmsAfter the time after which the order service completes an order that was served,
 *     but that the customer has not confirmed
 */
public record Tolerances(Duration grace, Duration confirmsAfter) {

  private static final Duration DEFAULT_CONFIRMS_AFTER = Duration.ofHours(24);

  /**
   * The tolerances as points in time, for one audit.
   *
   * @param graceBegan an order that changed at this time or later is skipped
   * @param completionDue an order that was served before this time must be COMPLETED
   */
  record Bounds(Instant graceBegan, Instant completionDue) {}

  /** Reads the settings {@code GRACE_SECONDS} and {@code ORDER_CONFIRMS_AFTER}. */
  public static Tolerances from(Config config) {
    return new Tolerances(
        Duration.ofSeconds(config.number("GRACE_SECONDS", 60)),
        config.duration("ORDER_CONFIRMS_AFTER", DEFAULT_CONFIRMS_AFTER));
  }

  /** Uses the order service's default for {@code confirmsAfter}. */
  public static Tolerances ofGrace(Duration grace) {
    return new Tolerances(grace, DEFAULT_CONFIRMS_AFTER);
  }

  Bounds at(Instant now) {
    Instant graceBegan = now.minus(grace);
    return new Bounds(graceBegan, graceBegan.minus(confirmsAfter));
  }
}
