package baedal.dev;

import baedal.audit.Audit;
import baedal.audit.Tolerances;
import baedal.runtime.Config;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.slf4j.LoggerFactory;

/** The program behind {@code ./run}: runs the whole system on this machine. */
public final class Run {

  private static final Path HOME = Path.of(System.getenv().getOrDefault("BAEDAL_HOME", ".baedal"));
  private static final Set<String> ARGUMENTS =
      Set.of("demo", "audit", "rebuild", "--fresh", "--separate");
  private static final String USAGE =
      """
      ./run               start everything; Ctrl-C ends it
      ./run --fresh       the same, forgetting all data first
      ./run --separate    the same, each service in a process of its own
      ./run audit         compare what all services of the running system know of each order; exits with 1 if they disagree, with 2 if it cannot look
      ./run rebuild       make all of MyPage's pages anew from the log of events, while the system runs
      ./run soak MINUTES  kill one process after another under load, in a system of its own, and audit what remains
      ./run demo          play one order's whole life against the running system (or one started for it)
      """;

  private Run() {}

  public static void main(String[] args) {
    LoggerFactory.getILoggerFactory();
    List<String> arguments = List.of(args);
    if (arguments.contains("--help") || arguments.contains("-h")) {
      System.out.print(USAGE);
      System.exit(0);
    }
    for (String argument : arguments) {
      if (!ARGUMENTS.contains(argument)) {
        System.err.println(
            "baedal: there is no '" + argument + "'; ./run --help lists what there is");
        System.exit(2);
      }
    }
    try {
      if (arguments.contains("audit")) {
        System.exit(audit());
      }
      if (arguments.contains("rebuild")) {
        System.exit(rebuild());
      }
      System.exit(arguments.contains("demo") ? demo(arguments) : run(arguments));
    } catch (Exception e) {
      LoggerFactory.getLogger(Run.class).atError().setCause(e).log("the run failed");
      System.err.println("baedal: " + Failure.describe(e));
      System.exit(arguments.contains("audit") ? Audit.FAILED : 1);
    }
  }

  private static int run(List<String> arguments) throws IOException {
    ConsoleProgress progress = new ConsoleProgress();
    LocalSystem system = start(progress, arguments);
    awaitShutdown();
    system.stop();
    return 0;
  }

  private static LocalSystem start(ConsoleProgress progress, List<String> arguments)
      throws IOException {
    Settings settings = Settings.from(System.getenv());
    LocalSystem system =
        new LocalSystem(
            HOME, settings, System.getenv(), progress, arguments.contains("--separate"));
    Runtime.getRuntime().addShutdownHook(new Thread(system::stop, "stop"));
    system.start(arguments.contains("--fresh"));
    int made = new SampleData(settings.url("gateway")).fill();
    if (made > 0) {
      progress.print(made + " sample stores around Mapo are open");
    }
    String management = system.management();
    progress.print(
        "ready: "
            + settings.url("gateway")
            + (management == null ? "" : "   RabbitMQ: " + management));
    return system;
  }

  private static int rebuild() throws IOException {
    ConsoleProgress progress = new ConsoleProgress();
    Client admin =
        new Client(Settings.from(System.getenv()).url("gateway")).as("operator", "admin");
    Client.Answer state = admin.post("/rebuilds/mypage", null);
    if (state.status() != 202) {
      throw new Failure("the pages are not rebuilt: " + state.body());
    }
    progress.print("the pages are being made anew from the log");
    while (state.body().path("running").asBoolean()) {
      Client.pause();
      state =
          new RetryingClient()
              .request(
                  "the rebuild", Set.of(200), Set.of(429), () -> admin.get("/rebuilds/mypage"));
    }
    if (!state.body().path("finishedAt").isTextual()) {
      throw new Failure(
          "the pages are as they were: the rebuild was given up, mypage's log says why");
    }
    progress.print("the pages are rebuilt from " + state.text("events") + " events");
    return 0;
  }

  private static int audit() throws IOException {
    if (!HomeFolder.isInUse(HOME)) {
      throw new Failure("nothing to audit: no system runs from this folder; start one with ./run");
    }
    LocalSystem system =
        new LocalSystem(
            HOME, Settings.from(System.getenv()), System.getenv(), new ConsoleProgress(), false);
    return Audit.run(system.sources(), Tolerances.from(Config.of(System.getenv())));
  }

  private static int demo(List<String> arguments) throws IOException {
    boolean runs = HomeFolder.isInUse(HOME);
    if (runs && arguments.size() > 1) {
      throw new Failure("a system runs already: end it first, or let the demo use it as it is");
    }
    if (!runs) {
      start(new ConsoleProgress(), arguments);
    }
    new Demo(RunDescription.awaitGateway(HOME)).play();
    System.out.println("The order came from the menu to the doorstep.");
    return 0;
  }

  /** Waits for a signal that ends the process; the shutdown hook stops the system. */
  private static void awaitShutdown() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
