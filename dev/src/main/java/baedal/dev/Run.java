package baedal.dev;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.slf4j.LoggerFactory;

/** {@code ./run}: the whole system on this machine. */
public final class Run {

  private static final Path HOME = Path.of(System.getenv().getOrDefault("BAEDAL_HOME", ".baedal"));
  private static final Set<String> WORDS = Set.of("demo", "--fresh", "--separate");
  private static final String USAGE =
      """
      ./run               start everything; Ctrl-C ends it
      ./run --fresh       the same, forgetting all data first
      ./run --separate    the same, each service in a process of its own
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
      System.exit(words.contains("demo") ? demo(words) : run(words));
    } catch (IOException | RuntimeException e) {
      LoggerFactory.getLogger(Run.class).atError().setCause(e).log("cannot go on");
      System.err.println("baedal: " + Failure.words(e));
      System.exit(1);
    }
  }

  private static int run(List<String> words) throws IOException {
    Steps steps = new Steps();
    Machine machine = start(steps, words);
    untilTold();
    machine.stop();
    return 0;
  }

  private static Machine start(Steps steps, List<String> words) throws IOException {
    Settings settings = Settings.from(System.getenv());
    Machine machine =
        new Machine(HOME, settings, System.getenv(), steps, words.contains("--separate"));
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

  private static int demo(List<String> words) throws IOException {
    boolean runs = Machine.runs(HOME);
    if (runs && words.size() > 1) {
      throw new Failure("a system runs already: end it first, or let the demo use it as it is");
    }
    if (!runs) {
      start(new Steps(), words);
    }
    new Demo(Machine.gateway(HOME)).play();
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
