package baedal.audit;

import baedal.runtime.Config;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Objects;

/**
 * The audit as a program: prints each finding on a line. The exit code is 0 without findings, 1
 * with findings, and 2 when the audit could not read a store or the broker.
 */
public final class Audit {

  /** The exit code of an audit that could not read a store or the broker. */
  public static final int FAILED = 2;

  private Audit() {}

  public static void main(String[] args) {
    Config config = Config.of(System.getenv());
    try {
      System.exit(run(Sources.from(config), Tolerances.from(config)));
    } catch (Exception e) {
      System.err.println("audit: " + Objects.requireNonNullElse(e.getMessage(), e.toString()));
      System.exit(FAILED);
    }
  }

  /** Audits once, prints the findings, and returns the exit code. */
  public static int run(Sources sources, Tolerances tolerances) {
    Vertx vertx = Vertx.vertx();
    try (Auditor auditor = new Auditor(vertx, sources, tolerances)) {
      List<Finding> findings = auditor.audit();
      findings.forEach(System.out::println);
      System.out.println(
          auditor.orders()
              + " orders audited; what changed in the last "
              + tolerances.grace().toSeconds()
              + " s was left alone: "
              + (findings.isEmpty() ? "everything agrees" : findings.size() + " findings"));
      return findings.isEmpty() ? 0 : 1;
    } finally {
      vertx.close().await();
    }
  }
}
