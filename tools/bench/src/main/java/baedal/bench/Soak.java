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
 * Orders flow through a system of its own, each service in a process of its own, while one process
 * after another is killed and started again. In the end every order must have come to its end, and
 * the audit must find that everything agrees.
 */
public final class Soak {

  private static final int PEOPLE = 24;
  private static final int MAX_DOWN_MILLIS = 2_000;
  private static final int MAX_CALM_MILLIS = 2_000;
  private static final Duration GRACE = Duration.ofSeconds(3);

  /**
   * Much longer than any sweep takes to find what a crash left behind, on however slow a machine.
   */
  private static final Duration AGREES_WITHIN = Duration.ofMinutes(5);

  /** How many orders came to their ends, and what went wrong. */
  public record Outcome(int ended, List<String> failures) {}

  /**
   * {@code ./run soak MINUTES}: exits with 1 if anything was lost or happened twice, with 2 if the
   * minutes are not a number.
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
          run(home, duration, 0, System.nanoTime(), new ConsoleProgress()).failures();
      failures.forEach(System.out::println);
      System.out.println(failures.isEmpty() ? "Nothing was lost, nothing happened twice." : "");
      return failures.isEmpty() ? 0 : 1;
    } catch (NumberFormatException e) {
      System.err.println(
          "baedal: soak takes a number of minutes, not '" + String.join(" ", args) + "'");
      return 2;
    } catch (Failure | IOException e) {
      System.err.println("baedal: " + e.getMessage());
      return 1;
    }
  }

  private final LocalSystem machine;
  private final ConsoleProgress steps;
  private final long seed;
  private final ScenarioRunner crowd;

  private Soak(LocalSystem machine, String gateway, ConsoleProgress steps, long seed)
      throws IOException {
    this.machine = machine;
    this.steps = steps;
    this.seed = seed;
    crowd = new ScenarioRunner(gateway, new DueDateShifter(machine.sources().orders()), seed);
  }

  /**
   * Runs for {@code duration}, but until everything was killed once and {@code orders} came to
   * their ends, in an empty system under {@code home}. The same {@code seed} makes the same
   * choices, though not the same races.
   */
  public static Outcome run(
      Path home, Duration duration, int orders, long seed, ConsoleProgress steps)
      throws IOException {
    Settings settings = Settings.onFreePorts();
    LocalSystem machine = new LocalSystem(home, settings, System.getenv(), steps, true);
    Thread stop = new Thread(machine::stop, "stop");
    Runtime.getRuntime().addShutdownHook(stop);
    try {
      machine.start(true);
      return new Soak(machine, settings.url("gateway"), steps, seed).run(duration, orders);
    } finally {
      machine.stop();
      Runtime.getRuntime().removeShutdownHook(stop);
    }
  }

  private Outcome run(Duration duration, int orders) throws IOException {
    steps.print("soak with seed " + seed);
    crowd.start(PEOPLE);
    List<String> failures;
    try {
      powerCuts(Instant.now().plus(duration));
      steps.print(crowd.report());
      awaitEnded(orders);
    } finally {
      failures = new ArrayList<>(crowd.goHome());
    }
    steps.print(crowd.report());
    machine.awaitReady();
    audit().forEach(finding -> failures.add(finding.toString()));
    return new Outcome(crowd.ended(), failures);
  }

  /** Who finds that anything takes too long is not content. */
  private void awaitEnded(int orders) {
    while (crowd.isContent() && crowd.ended() < orders) {
      Client.pause();
    }
  }

  private void powerCuts(Instant end) throws IOException {
    Random random = new Random(seed);
    List<String> next = new ArrayList<>();
    boolean everything = false;
    while (crowd.isContent() && (!everything || Instant.now().isBefore(end))) {
      if (next.isEmpty()) {
        next.addAll(machine.processes());
        Collections.shuffle(next, random);
      }
      String victim = next.remove(0);
      everything |= next.isEmpty();
      Client.pause(Duration.ofMillis(random.nextInt(MAX_CALM_MILLIS)));
      machine.kill(victim);
      Client.pause(Duration.ofMillis(random.nextInt(MAX_DOWN_MILLIS)));
      machine.restart(victim);
      steps.print("killed and restarted " + victim);
    }
  }

  /** What still disagrees when there was time enough for every sweep. */
  private List<Finding> audit() {
    Vertx vertx = Vertx.vertx();
    try (Auditor auditor = new Auditor(vertx, machine.sources(), Tolerances.ofGrace(GRACE))) {
      List<Finding> findings = auditor.auditUntilConsistent(AGREES_WITHIN);
      steps.print(auditor.orders() + " orders audited: " + findings.size() + " findings");
      return findings;
    } finally {
      vertx.close().await();
    }
  }
}
