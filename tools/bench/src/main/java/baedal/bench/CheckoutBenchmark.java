package baedal.bench;

import baedal.bench.CheckoutReport.Part;
import baedal.bench.Users.Answer;
import baedal.dev.Client;
import baedal.dev.ConsoleProgress;
import baedal.dev.Failure;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The experiment that Baedal began with: 100 people order and pay through the gateway while the
 * payment provider takes 400 to 620 ms; then while it does not answer at all. In the end everybody
 * asks what became of their order.
 */
public final class CheckoutBenchmark {

  static final int PEOPLE = 100;
  static final Duration FASTEST = Duration.ofMillis(400);
  private static final Duration SLOWEST = Duration.ofMillis(620);
  static final Duration MEAN = FASTEST.plus(SLOWEST).dividedBy(2);

  /** Until the compiler has seen everything, with so few that it has time to do its work. */
  private static final Duration WARM_UP = Duration.ofMinutes(2);

  private static final int FEW = PEOPLE / 2;
  private static final Duration CALM = Duration.ofSeconds(10);
  private static final Duration RECOVERY = Duration.ofSeconds(10);
  private static final Duration BETWEEN_VISITS = Duration.ofMillis(100);
  private static final int MOST_SHOWN = 20;

  private final Vertx vertx;
  private final Shoppers shoppers;
  private final ConsoleProgress steps = new ConsoleProgress();
  private final List<String> wrong = new ArrayList<>();

  private CheckoutBenchmark(Vertx vertx, String gateway) throws IOException {
    this.vertx = vertx;
    shoppers = new Shoppers(vertx, gateway, PEOPLE);
  }

  /**
   * {@code gateway seconds}: where the system is, and how long each part lasts. Exits with 1 when
   * anybody was told what the contract does not say, or has not paid exactly once in the end.
   */
  public static void main(String[] args) {
    try {
      CheckoutBenchmark siege = new CheckoutBenchmark(Vertx.vertx(), args[0]);
      System.out.println("\n" + siege.lay(Duration.ofSeconds(Long.parseLong(args[1]))).table());
      siege.wrong.stream().limit(MOST_SHOWN).forEach(System.out::println);
      System.exit(siege.wrong.isEmpty() ? 0 : 1);
    } catch (Failure | IOException e) {
      System.err.println("baedal: " + Failure.describe(e));
      System.exit(1);
    }
  }

  private CheckoutReport lay(Duration duration) throws IOException {
    shoppers.provider(FASTEST, SLOWEST, false);
    steps.print("everything warms up");
    Users first = users(FEW);
    browsing(WARM_UP);
    first.stop();
    Client.pause(CALM);
    steps.print("some only browse");
    List<Answer> before = browsing(CALM);

    steps.print("the provider is slow");
    Users users = users(PEOPLE);
    List<Answer> browsing = browsing(duration);
    Instant end = Instant.now();
    Part slow = new Part(users.stop(), browsing);
    steps.print("the last who paid looks it up");
    Duration behind = behind(slow, end);

    steps.print("the provider hangs");
    users = users(PEOPLE);
    Client.pause(MEAN);
    shoppers.provider(FASTEST, SLOWEST, true);
    long hung = System.nanoTime();
    browsing = browsing(duration);
    steps.print("the provider is back");
    shoppers.provider(FASTEST, SLOWEST, false);
    long back = System.nanoTime();
    Client.pause(RECOVERY);
    Part hanging = new Part(users.stop(), browsing);

    steps.print("everybody asks what became of their order");
    shoppers.provider(Duration.ZERO, Duration.ZERO, false);
    List<Instant> paid = payments(slow.checkouts());
    payments(hanging.checkouts());
    long inTime = paid.stream().filter(end::isAfter).count();
    return new CheckoutReport(
        duration, before, slow, paid.size(), inTime, behind, hanging, hung, back);
  }

  /** People who check out again at once, but no faster than anybody can pay. */
  private Users users(int people) {
    return new Users(vertx, people, FASTEST, shoppers::checkOut).start();
  }

  /** How long after {@code end} the last order that was paid at once is paid in its page, too. */
  private Duration behind(Part part, Instant end) {
    part.checkouts().stream()
        .filter(answer -> answer.status() == CheckoutReport.PAID)
        .max(Comparator.comparingLong(answer -> answer.asked() + answer.took()))
        .ifPresent(shoppers::awaitPage);
    return Duration.between(end, Instant.now());
  }

  private List<Answer> browsing(Duration duration) {
    Users one = new Users(vertx, 1, BETWEEN_VISITS, who -> shoppers.browse()).start();
    Client.pause(duration);
    return one.stop();
  }

  /** When each of these orders was paid; those that were not before anybody asked are missing. */
  private List<Instant> payments(List<Answer> told) {
    ExecutorService asking = Executors.newFixedThreadPool(PEOPLE);
    List<Future<Instant>> asked = new ArrayList<>();
    for (Answer answer : told) {
      if (CheckoutReport.isAnswer(answer)) {
        asked.add(asking.submit(() -> shoppers.paidAt(answer)));
      } else {
        wrong.add("a checkout was answered " + answer.status());
      }
    }
    asking.shutdown();
    return asked.stream().map(this::result).filter(Objects::nonNull).toList();
  }

  private Instant result(Future<Instant> asked) {
    try {
      return asked.get();
    } catch (ExecutionException e) {
      wrong.add(e.getCause().getMessage());
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure("interrupted");
    }
  }
}
