package baedal.audit;

import baedal.runtime.Config;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Objects;

/**
 * The audit as a program: prints every finding, a line each, and exits with 1 when there is any,
 * with 2 when it could not look.
 */
public final class Audit {

  /** The exit code of an audit that could not look. */
  public static final int NOT_MADE = 2;

  private Audit() {}

  public static void main(String[] args) {
    Config config = Config.of(System.getenv());
    try {
      System.exit(run(Sources.from(config), Tolerances.from(config)));
    } catch (Exception e) {
      System.err.println("audit: " + Objects.requireNonNullElse(e.getMessage(), e.toString()));
      System.exit(NOT_MADE);
    }
  }

  /** The exit code: 0 when everything agrees. */
  public static int run(Sources sources, Tolerances limits) {
    Vertx vertx = Vertx.vertx();
    try (Auditor auditor = new Auditor(vertx, sources, limits)) {
      List<Finding> findings = auditor.audit();
      findings.forEach(System.out::println);
      System.out.println(
          auditor.orders()
              + " orders audited; what changed in the last "
              + limits.grace().toSeconds()
              + " s was left alone: "
              + (findings.isEmpty() ? "everything agrees" : findings.size() + " findings"));
      return findings.isEmpty() ? 0 : 1;
    } finally {
      vertx.close().await();
    }
  }
}
