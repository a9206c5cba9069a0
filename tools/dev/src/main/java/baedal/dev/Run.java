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

/** {@code ./run}: the whole system on this machine. */
public final class Run {

  private static final Path HOME = Path.of(System.getenv().getOrDefault("BAEDAL_HOME", ".baedal"));
  private static final Set<String> WORDS =
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
    List<String> words = List.of(args);
    if (words.contains("--help") || words.contains("-h")) {
      System.out.print(USAGE);
      System.exit(0);
    }
    for (String word : words) {
      if (!WORDS.contains(word)) {
        System.err.println("baedal: there is no '" + word + "'; ./run --help lists what there is");
        System.exit(2);
      }
    }
    try {
      if (words.contains("audit")) {
        System.exit(audit());
      }
      if (words.contains("rebuild")) {
        System.exit(rebuild());
      }
      System.exit(words.contains("demo") ? demo(words) : run(words));
    } catch (Exception e) {
      LoggerFactory.getLogger(Run.class).atError().setCause(e).log("cannot go on");
      System.err.println("baedal: " + Failure.words(e));
      System.exit(words.contains("audit") ? Audit.FAILED : 1);
    }
  }

  private static int run(List<String> words) throws IOException {
    ConsoleProgress steps = new ConsoleProgress();
    LocalSystem machine = start(steps, words);
    untilTold();
    machine.stop();
    return 0;
  }

  private static LocalSystem start(ConsoleProgress steps, List<String> words) throws IOException {
    Settings settings = Settings.from(System.getenv());
    LocalSystem machine =
        new LocalSystem(HOME, settings, System.getenv(), steps, words.contains("--separate"));
    Runtime.getRuntime().addShutdownHook(new Thread(machine::stop, "stop"));
    machine.start(words.contains("--fresh"));
    int made = new SampleData(settings.url("gateway")).fill();
    if (made > 0) {
      steps.say(made + " sample stores around Mapo are open");
    }
    String management = machine.management();
    steps.say(
        "ready: "
            + settings.url("gateway")
            + (management == null ? "" : "   RabbitMQ: " + management));
    return machine;
  }

  private static int rebuild() throws IOException {
    ConsoleProgress steps = new ConsoleProgress();
    Client admin =
        new Client(Settings.from(System.getenv()).url("gateway")).as("operator", "admin");
    Client.Answer state = admin.post("/rebuilds/mypage", null);
    if (state.status() != 202) {
      throw new Failure("the pages are not rebuilt: " + state.body());
    }
    steps.say("the pages are being made anew from the log");
    while (state.body().path("running").asBoolean()) {
      Client.pause();
      state =
          new RetryingClient()
              .ask("the rebuild", Set.of(200), Set.of(429), () -> admin.get("/rebuilds/mypage"));
    }
    if (!state.body().path("finishedAt").isTextual()) {
      throw new Failure(
          "the pages are as they were: the rebuild was given up, mypage's log says why");
    }
    steps.say("the pages are rebuilt from " + state.text("events") + " events");
    return 0;
  }

  private static int audit() throws IOException {
    if (!LocalSystem.runs(HOME)) {
      throw new Failure("nothing to audit: no system runs from this folder; start one with ./run");
    }
    LocalSystem machine =
        new LocalSystem(
            HOME, Settings.from(System.getenv()), System.getenv(), new ConsoleProgress(), false);
    return Audit.run(machine.books(), Tolerances.from(Config.of(System.getenv())));
  }

  private static int demo(List<String> words) throws IOException {
    boolean runs = LocalSystem.runs(HOME);
    if (runs && words.size() > 1) {
      throw new Failure("a system runs already: end it first, or let the demo use it as it is");
    }
    if (!runs) {
      start(new ConsoleProgress(), words);
    }
    new Demo(LocalSystem.gateway(HOME)).play();
    System.out.println("The order came from the menu to the doorstep.");
    return 0;
  }

  /** Until the process is told to end: its shutdown hook does the rest. */
  private static void untilTold() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
