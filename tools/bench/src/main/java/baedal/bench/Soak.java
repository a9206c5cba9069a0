package baedal.bench;

import baedal.audit.Auditor;
import baedal.audit.Finding;
import baedal.audit.Tolerances;
import baedal.dev.Client;
import baedal.dev.ConsoleProgress;
import baedal.dev.Failure;
import baedal.dev.LocalSystem;
import baedal.dev.Settings;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.slf4j.LoggerFactory;

/**
 * The program behind {@code ./run soak}. It starts a system with each service in its own process,
 * runs scenarios, and kills and restarts one process after another. In the end every order must
 * have its final status, and the audit must find nothing.
 */
public final class Soak {

  private static final int USERS = 24;

  /** The value of {@code kills} with which each process is killed at least once. */
  public static final int EVERY_PROCESS = Integer.MAX_VALUE;

  /** Maximum time between the kill of a process and its restart, in milliseconds. */
  private static final int MAX_DOWN_MILLIS = 2_000;

  /** Maximum time that a restarted process runs before the next kill, in milliseconds. */
  private static final int MAX_UP_MILLIS = 2_000;

  private static final Duration GRACE = Duration.ofSeconds(3);

  /**
   * Maximum time until the audit has no finding. It is much longer than the sweeps of the services
   * need to repair the data after a crash, also on a slow machine.
   */
  private static final Duration AUDIT_TIMEOUT = Duration.ofMinutes(5);

  /** The number of orders with a final status; the failed orders and the findings of the audit. */
  public record Outcome(int endedOrders, List<String> failures) {}

  /**
   * The argument is the number of minutes. Exits with 1 if an order failed or the audit found
   * something, and with 2 if the argument is not a number.
   */
  public static void main(String[] args) {
    LoggerFactory.getILoggerFactory();
    System.exit(exitCode(List.of(args)));
  }

  private static int exitCode(List<String> args) {
    try {
      double minutes = Double.parseDouble(args.size() == 1 ? args.get(0) : "");
      Path home = Path.of(System.getenv().getOrDefault("BAEDAL_HOME", ".baedal")).resolve("soak");
      Duration duration = Duration.ofSeconds(Math.round(minutes * 60));
      List<String> failures =
          run(home, duration, EVERY_PROCESS, 0, System.nanoTime(), new ConsoleProgress())
              .failures();
      failures.forEach(System.out::println);
      System.out.println(failures.isEmpty() ? "No order failed, and the audit found nothing." : "");
      return failures.isEmpty() ? 0 : 1;
    } catch (NumberFormatException e) {
      System.err.println(
          "baedal: soak needs a number of minutes, not '" + String.join(" ", args) + "'");
      return 2;
    } catch (Failure | IOException e) {
      System.err.println("baedal: " + e.getMessage());
      return 1;
    }
  }

  private final LocalSystem system;
  private final ConsoleProgress progress;
  private final long seed;
  private final ScenarioRunner scenarios;

  private Soak(LocalSystem system, String gateway, ConsoleProgress progress, long seed)
      throws IOException {
    this.system = system;
    this.progress = progress;
    this.seed = seed;
    scenarios = new ScenarioRunner(gateway, new DueDateShifter(system.sources().orders()), seed);
  }

  /**
   * Runs an empty system in {@code home} for at least {@code duration}, until {@code kills}
   * processes were killed and {@code orders} orders have their final status. The same {@code seed}
   * gives the same choices, but not the same interleaving.
   *
   * @param kills minimum number of kills; a number above the number of processes means one kill of
   *     each process. No process is killed a second time before every process was killed once.
   */
  public static Outcome run(
      Path home, Duration duration, int kills, int orders, long seed, ConsoleProgress progress)
      throws IOException {
    Settings settings = Settings.onFreePorts();
    LocalSystem system = new LocalSystem(home, settings, System.getenv(), progress, true);
    Thread stop = new Thread(system::stop, "stop");
    Runtime.getRuntime().addShutdownHook(stop);
    try {
      system.start(true);
      return new Soak(system, settings.url("gateway"), progress, seed).run(duration, kills, orders);
    } finally {
      system.stop();
      Runtime.getRuntime().removeShutdownHook(stop);
    }
  }

  private Outcome run(Duration duration, int kills, int orders) throws IOException {
    progress.print("soak starts, seed " + seed);
    scenarios.start(USERS);
    List<String> failures;
    try {
      killUntil(Instant.now().plus(duration), Math.min(kills, system.processes().size()));
      progress.print(scenarios.report());
      awaitEnded(orders);
    } finally {
      failures = new ArrayList<>(scenarios.stop());
    }
    progress.print(scenarios.report());
    system.awaitReady();
    audit().forEach(finding -> failures.add(finding.toString()));
    return new Outcome(scenarios.endedOrders(), failures);
  }

  /**
   * Waits until {@code orders} orders have their final status. Returns earlier if an order fails,
   * for example because a step takes too long.
   */
  private void awaitEnded(int orders) {
    while (scenarios.hasNoFailures() && scenarios.endedOrders() < orders) {
      Client.pause();
    }
  }

  /**
   * Kills and restarts one process after another until {@code end}, and until there were {@code
   * kills} kills. Returns earlier if an order fails.
   */
  private void killUntil(Instant end, int kills) throws IOException {
    Random random = new Random(seed);
    List<String> remaining = new ArrayList<>();
    for (int killed = 0;
        scenarios.hasNoFailures() && (killed < kills || Instant.now().isBefore(end));
        killed++) {
      if (remaining.isEmpty()) {
        remaining.addAll(system.processes());
        Collections.shuffle(remaining, random);
      }
      String process = remaining.remove(0);
      Client.pause(Duration.ofMillis(random.nextInt(MAX_UP_MILLIS)));
      system.kill(process);
      Client.pause(Duration.ofMillis(random.nextInt(MAX_DOWN_MILLIS)));
      system.restart(process);
      progress.print("killed and restarted " + process);
    }
  }

  /**
   * The findings that remain after the sweeps of the services had enough time to repair the data.
   */
  private List<Finding> audit() {
    Vertx vertx = Vertx.vertx();
    try (Auditor auditor = new Auditor(vertx, system.sources(), Tolerances.ofGrace(GRACE))) {
      List<Finding> findings = auditor.auditUntilConsistent(AUDIT_TIMEOUT);
      progress.print(auditor.orders() + " orders audited: " + findings.size() + " findings");
      return findings;
    } finally {
      vertx.close().await();
    }
  }
}
