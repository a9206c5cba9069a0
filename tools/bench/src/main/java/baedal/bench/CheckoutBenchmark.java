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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The experiment that Baedal began with, started by {@code tools/bench/checkout}. 100 customers
 * order and pay through the gateway while the payment provider takes 400 to 620 ms, and then while
 * it hangs. In the end every customer checks the payment of each order.
 */
public final class CheckoutBenchmark {

  static final int USERS = 100;
  static final Duration FASTEST = Duration.ofMillis(400);
  private static final Duration SLOWEST = Duration.ofMillis(620);
  static final Duration MEAN = FASTEST.plus(SLOWEST).dividedBy(2);

  /** Until the JIT compiler has compiled everything; half the users leave it time to work. */
  private static final Duration WARM_UP = Duration.ofMinutes(2);

  private static final int WARM_UP_USERS = USERS / 2;
  private static final Duration CALM = Duration.ofSeconds(10);
  private static final Duration RECOVERY = Duration.ofSeconds(10);
  private static final Duration BROWSE_INTERVAL = Duration.ofMillis(100);
  private static final int MAX_PRINTED_ERRORS = 20;

  private final Vertx vertx;
  private final Shoppers shoppers;
  private final ConsoleProgress progress = new ConsoleProgress();
  private final List<String> errors = new ArrayList<>();

  private CheckoutBenchmark(Vertx vertx, String gateway) throws IOException {
    this.vertx = vertx;
    shoppers = new Shoppers(vertx, gateway, USERS);
  }

  /**
   * The arguments are the URL of the gateway and the seconds of each part. Exits with 1 when a
   * response was not one of the contract, or an order is not paid exactly once in the end.
   */
  public static void main(String[] args) {
    try {
      CheckoutBenchmark benchmark = new CheckoutBenchmark(Vertx.vertx(), args[0]);
      Duration duration = Duration.ofSeconds(Long.parseLong(args[1]));
      System.out.println("\n" + benchmark.run(duration).table());
      benchmark.errors.stream().limit(MAX_PRINTED_ERRORS).forEach(System.out::println);
      System.exit(benchmark.errors.isEmpty() ? 0 : 1);
    } catch (Failure | IOException e) {
      System.err.println("baedal: " + Failure.describe(e));
      System.exit(1);
    }
  }

  private CheckoutReport run(Duration duration) throws IOException {
    shoppers.setProvider(FASTEST, SLOWEST, false);
    progress.print("everything warms up");
    Users warmUp = checkouts(WARM_UP_USERS);
    browse(WARM_UP);
    warmUp.stop();
    Client.pause(CALM);
    progress.print("some only browse");
    List<Result> before = browse(CALM);

    progress.print("the provider is slow");
    Users users = checkouts(USERS);
    List<Result> browsing = browse(duration);
    Instant slowEnd = Instant.now();
    Part slow = new Part(users.stop(), browsing);
    progress.print("the last who paid looks it up");
    Duration pageLag = pageLag(slow, slowEnd);

    progress.print("the provider hangs");
    users = checkouts(USERS);
    Client.pause(MEAN);
    shoppers.setProvider(FASTEST, SLOWEST, true);
    long hungAt = System.nanoTime();
    browsing = browse(duration);
    progress.print("the provider is back");
    shoppers.setProvider(FASTEST, SLOWEST, false);
    long recoveredAt = System.nanoTime();
    Client.pause(RECOVERY);
    Part hanging = new Part(users.stop(), browsing);

    progress.print("everybody asks what became of their order");
    shoppers.setProvider(Duration.ZERO, Duration.ZERO, false);
    List<Instant> paid = checkPayments(slow.checkouts());
    checkPayments(hanging.checkouts());
    long paidInTime = paid.stream().filter(slowEnd::isAfter).count();
    return new CheckoutReport(
        duration, before, slow, paid.size(), paidInTime, pageLag, hanging, hungAt, recoveredAt);
  }

  private Users checkouts(int count) {
    return new Users(vertx, count, FASTEST, shoppers::checkOut).start();
  }

  /** How long after {@code end} MyPage shows the last payment that was confirmed at once. */
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

  /** Returns when each order had been paid; without those not yet paid when the check began. */
  private List<Instant> checkPayments(List<Result> checkouts) {
    ExecutorService pool = Executors.newFixedThreadPool(USERS);
    List<Future<Instant>> checks = new ArrayList<>();
    for (Result checkout : checkouts) {
      if (CheckoutReport.isExpected(checkout)) {
        checks.add(pool.submit(() -> shoppers.paidAt(checkout)));
      } else {
        errors.add("a checkout was answered " + checkout.status());
      }
    }
    pool.shutdown();
    return checks.stream().map(this::result).filter(Objects::nonNull).toList();
  }

  private Instant result(Future<Instant> check) {
    try {
      return check.get();
    } catch (ExecutionException e) {
      errors.add(e.getCause().getMessage());
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure("interrupted");
    }
  }
}
