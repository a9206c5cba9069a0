package baedal.audit;

import baedal.runtime.Config;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The audit as a program: prints every finding, a line each, and exits with 1 when there is any,
 * with 2 when it could not look.
 */
public final class Audit {

  /** The exit code of an audit that could not look. */
  public static final int NOT_MADE = 2;

  private static final int GRACE_SECONDS = 60;

  private Audit() {}

  public static void main(String[] args) {
    Map<String, String> environment = System.getenv();
    try {
      System.exit(run(Sources.from(Config.of(environment)), grace(environment)));
    } catch (Exception e) {
      System.err.println("audit: " + Objects.requireNonNullElse(e.getMessage(), e.toString()));
      System.exit(NOT_MADE);
    }
  }

  /** {@code GRACE_SECONDS}, or a minute. */
  public static Duration grace(Map<String, String> environment) {
    return Duration.ofSeconds(Config.of(environment).number("GRACE_SECONDS", GRACE_SECONDS));
  }

  /** The exit code: 0 when everything agrees. */
  public static int run(Sources sources, Duration grace) {
    Vertx vertx = Vertx.vertx();
    try (Auditor auditor = new Auditor(vertx, sources, grace)) {
      List<Finding> findings = auditor.audit();
      findings.forEach(System.out::println);
      System.out.println(
          auditor.orders()
              + " orders audited; what changed in the last "
              + grace.toSeconds()
              + " s was left alone: "
              + (findings.isEmpty() ? "everything agrees" : findings.size() + " findings"));
      return findings.isEmpty() ? 0 : 1;
    } finally {
      vertx.close().await();
    }
  }
}
