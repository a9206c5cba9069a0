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

/** The program behind {@code ./run}: parses the arguments and runs one command. */
public final class Run {

  private static final Path HOME = Path.of(System.getenv().getOrDefault("BAEDAL_HOME", ".baedal"));
  private static final Set<String> ARGUMENTS =
      Set.of("demo", "audit", "rebuild", "--fresh", "--separate");

  /** What may follow {@code demo}. */
  private static final Set<String> DEMOS = Set.of("food", "hotel");

  private Run() {}

  public static void main(String[] args) {
    LoggerFactory.getILoggerFactory();
    List<String> arguments = List.of(args);
    for (String argument : arguments) {
      if (!isKnown(argument, arguments)) {
        System.err.println(
            "baedal: unknown argument '" + argument + "': ./run --help lists the commands");
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
      LoggerFactory.getLogger(Run.class).atError().setCause(e).log("command failed");
      System.err.println("baedal: " + Failure.describe(e));
      System.exit(arguments.contains("audit") ? Audit.FAILED : 1);
    }
  }

  private static boolean isKnown(String argument, List<String> arguments) {
    return ARGUMENTS.contains(argument) || (DEMOS.contains(argument) && arguments.contains("demo"));
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
    system.begin(arguments.contains("--fresh"));
    // The services warm up meanwhile.
    int opened = new SampleData(settings.url("gateway")).fill();
    if (opened > 0) {
      progress.print(opened + " sample stores in Mapo, Seoul, are open");
    }
    system.awaitReady();
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
      throw new Failure("mypage refused to start the rebuild: " + state.body());
    }
    progress.print("mypage is rebuilding all pages from the log");
    while (state.body().path("running").asBoolean()) {
      Client.pause();
      state =
          new RetryingClient()
              .request(
                  "the rebuild", Set.of(200), Set.of(429), () -> admin.get("/rebuilds/mypage"));
    }
    if (!state.body().path("finishedAt").isTextual()) {
      throw new Failure(
          "the rebuild failed and the pages are unchanged: see the cause in the log of mypage");
    }
    progress.print("mypage has rebuilt all pages from " + state.text("events") + " events");
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
    if (runs && (arguments.contains("--fresh") || arguments.contains("--separate"))) {
      throw new Failure(
          "a system already runs: stop it first, or start the demo without --fresh and --separate");
    }
    if (!runs) {
      start(new ConsoleProgress(), arguments);
    }
    String gateway = RunDescription.awaitGateway(HOME);
    if (arguments.contains("hotel")) {
      new HotelDemo(gateway).play();
      System.out.println("The demo is complete: one guest stayed, another guest canceled.");
    } else {
      new FoodDemo(gateway).play();
      System.out.println("The demo is complete: the order is delivered and confirmed.");
    }
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
