package baedal.bench;

import baedal.bench.CheckoutReport.Part;
import baedal.bench.Users.Result;
import baedal.dev.Client;
import baedal.dev.ConsoleProgress;
import baedal.dev.Failure;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/**
 * The program behind {@code tools/bench/checkout}. 100 customers order and pay through the gateway
 * while the payment provider takes 400 to 620 ms, and then while it hangs. In the end every
 * customer checks the payment of each order. The report compares the part with the slow provider
 * with an earlier measurement of the original Baedal.
 */
public final class CheckoutBenchmark {

  static final int USERS = 100;
  static final Duration FASTEST = Duration.ofMillis(400);
  static final Duration SLOWEST = Duration.ofMillis(620);
  static final Duration MEAN = FASTEST.plus(SLOWEST).dividedBy(2);

  /**
   * Time in which the JIT compiler compiles the code. Only half of the users order in this time, so
   * that the compiler gets enough processor time.
   */
  private static final Duration WARM_UP = Duration.ofMinutes(2);

  private static final int WARM_UP_USERS = USERS / 2;

  /**
   * How long one user browses while nobody checks out. Before this there is a pause of the same
   * length.
   */
  private static final Duration CALM = Duration.ofSeconds(10);

  private static final Duration RECOVERY = Duration.ofSeconds(10);
  private static final Duration BROWSE_INTERVAL = Duration.ofMillis(100);

  private final Vertx vertx;
  private final Shoppers shoppers;
  private final ConsoleProgress progress = new ConsoleProgress();
  private final PaymentChecks payments;

  private CheckoutBenchmark(Vertx vertx, String gateway) throws IOException {
    this.vertx = vertx;
    shoppers = new Shoppers(vertx, gateway, USERS, 2 * USERS);
    payments = new PaymentChecks(shoppers);
  }

  /**
   * The arguments are the URL of the gateway and the length of each part in seconds. Exits with 1
   * when a checkout was answered with another status than 201 or 202, or when an order is not paid
   * exactly once in the end.
   */
  public static void main(String[] args) {
    try {
      CheckoutBenchmark benchmark = new CheckoutBenchmark(Vertx.vertx(), args[0]);
      Duration duration = Duration.ofSeconds(Long.parseLong(args[1]));
      System.out.println("\n" + benchmark.run(duration).table());
      System.exit(benchmark.payments.printErrors() ? 1 : 0);
    } catch (Failure | IOException e) {
      System.err.println("baedal: " + Failure.describe(e));
      System.exit(1);
    }
  }

  private CheckoutReport run(Duration duration) throws IOException {
    shoppers.setProvider(FASTEST, SLOWEST, false);
    progress.print("warming up: " + WARM_UP_USERS + " customers check out");
    Users warmUp = checkouts(WARM_UP_USERS);
    browse(WARM_UP);
    warmUp.stop();
    Client.pause(CALM);
    progress.print("one user browses, nobody checks out");
    List<Result> before = browse(CALM);

    progress.print(USERS + " customers check out while the provider is slow");
    Users users = checkouts(USERS);
    List<Result> browsing = browse(duration);
    Instant slowEnd = Instant.now();
    Part slow = new Part(users.stop(), browsing);
    progress.print("waiting until MyPage shows the last payment");
    Duration pageLag = pageLag(slow, slowEnd);

    progress.print(USERS + " customers check out while the provider hangs");
    users = checkouts(USERS);
    Client.pause(MEAN);
    shoppers.setProvider(FASTEST, SLOWEST, true);
    long hungAt = System.nanoTime();
    browsing = browse(duration);
    progress.print("the provider answers again");
    shoppers.setProvider(FASTEST, SLOWEST, false);
    long recoveredAt = System.nanoTime();
    Client.pause(RECOVERY);
    Part hanging = new Part(users.stop(), browsing);

    progress.print("every customer checks the payments");
    shoppers.setProvider(Duration.ZERO, Duration.ZERO, false);
    List<Instant> paid = payments.check(slow.checkouts());
    payments.check(hanging.checkouts());
    long paidInTime = paid.stream().filter(slowEnd::isAfter).count();
    return new CheckoutReport(
        duration, before, slow, paid.size(), paidInTime, pageLag, hanging, hungAt, recoveredAt);
  }

  private Users checkouts(int count) {
    return new Users(vertx, count, FASTEST, shoppers::checkOut).start();
  }

  /**
   * The time from {@code end} until MyPage shows the payment of the checkout that was answered with
   * 201 last.
   */
  private Duration pageLag(Part part, Instant end) {
    part.checkouts().stream()
        .filter(result -> result.status() == CheckoutReport.PAID)
        .max(Comparator.comparingLong(Result::answeredAt))
        .ifPresent(shoppers::awaitPage);
    return Duration.between(end, Instant.now());
  }

  private List<Result> browse(Duration duration) {
    Users browser = new Users(vertx, 1, BROWSE_INTERVAL, user -> shoppers.browse()).start();
    Client.pause(duration);
    return browser.stop();
  }
}
