package baedal.audit;

import baedal.runtime.AuthoritiesProvider;
import baedal.runtime.Config;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Objects;

/**
 * The audit program, which an operator runs. It compares what the services have stored and prints
 * one line for each finding. The exit code is 0 without findings, 1 with findings, and 2 when the
 * audit could not read a database or the broker.
 */
public final class Audit {

  /** The exit code when the audit could not read a database or the broker. */
  public static final int FAILED = 2;

  private Audit() {}

  public static void main(String[] args) {
    Config config = Config.of(System.getenv());
    try {
      AuthoritiesProvider.install(config);
      System.exit(run(Sources.from(config), Tolerances.from(config)));
    } catch (Exception e) {
      System.err.println(
          "audit failed: " + Objects.requireNonNullElse(e.getMessage(), e.toString()));
      System.exit(FAILED);
    }
  }

  /**
   * Audits once and prints the findings. Returns 0 without findings, else 1; throws when a database
   * or the broker cannot be read.
   */
  public static int run(Sources sources, Tolerances tolerances) {
    Vertx vertx = Vertx.vertx();
    try (Auditor auditor = new Auditor(vertx, sources, tolerances)) {
      List<Finding> findings = auditor.audit();
      findings.forEach(System.out::println);
      System.out.println(
          "findings: "
              + findings.size()
              + (findings.isEmpty() ? " (everything agrees)" : "")
              + "; orders read: "
              + auditor.orders()
              + "; not checked: changes of the last "
              + tolerances.grace().toSeconds()
              + " s");
      return findings.isEmpty() ? 0 : 1;
    } finally {
      vertx.close().await();
    }
  }
}
