package baedal.bench;

import baedal.bench.Users.Result;
import baedal.dev.Client;
import baedal.dev.ConsoleProgress;
import baedal.dev.Failure;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The program behind {@code tools/bench/checkout --cold}. 100 customers begin to order and pay as
 * soon as the system is ready, without a warm-up. Then 500 more customers do so for ten seconds.
 * The payment provider takes 400 to 620 ms. In the end every customer checks the payment of each
 * order that was placed.
 */
public final class ColdBenchmark {

  private static final int BURST_USERS = 5 * CheckoutBenchmark.USERS;
  private static final Duration BURST = Duration.ofSeconds(10);

  /** How long the 100 customers continue after the burst. */
  private static final Duration AFTER_BURST = Duration.ofSeconds(30);

  private static final Duration START_TIMEOUT = Duration.ofMinutes(2);
  private static final String READY = " ready: ";

  private ColdBenchmark() {}

  /**
   * The arguments are the file with the output of {@code ./run}, and the time in seconds between
   * the start and the burst. The program starts before the system is ready, so that it begins at
   * once. Exits with 1 when an order is not paid exactly once in the end, or when a checkout got
   * another status than 201, 202 or 503.
   */
  public static void main(String[] args) {
    try {
      Vertx vertx = Vertx.vertx();
      Duration cold = Duration.ofSeconds(Long.parseLong(args[1]));
      Shoppers shoppers =
          new Shoppers(
              vertx,
              awaitReady(Path.of(args[0])),
              CheckoutBenchmark.USERS,
              CheckoutBenchmark.USERS + BURST_USERS);
      PaymentChecks payments = new PaymentChecks(shoppers);
      ColdReport report = run(vertx, shoppers, cold);
      System.out.println("\n" + report.table());
      shoppers.setProvider(Duration.ZERO, Duration.ZERO, false);
      payments.check(report.placedOrWrong());
      System.exit(payments.printErrors() ? 1 : 0);
    } catch (Failure | IOException e) {
      System.err.println("baedal: " + Failure.describe(e));
      System.exit(1);
    }
  }

  private static ColdReport run(Vertx vertx, Shoppers shoppers, Duration cold) throws IOException {
    ConsoleProgress progress = new ConsoleProgress();
    shoppers.setProvider(CheckoutBenchmark.FASTEST, CheckoutBenchmark.SLOWEST, false);
    progress.print(CheckoutBenchmark.USERS + " customers check out");
    long begin = System.nanoTime();
    Users siege = users(vertx, shoppers, CheckoutBenchmark.USERS);
    Client.pause(cold);
    progress.print(BURST_USERS + " more customers check out");
    long burstBegin = System.nanoTime();
    Users burst = users(vertx, shoppers, BURST_USERS);
    Client.pause(BURST);
    long burstEnd = System.nanoTime();
    List<Result> results = new ArrayList<>(burst.stop());
    progress.print("these have stopped");
    Client.pause(AFTER_BURST);
    results.addAll(siege.stop());
    return new ColdReport(results, begin, burstBegin, burstEnd, burstEnd + AFTER_BURST.toNanos());
  }

  private static Users users(Vertx vertx, Shoppers shoppers, int count) {
    return new Users(vertx, count, CheckoutBenchmark.FASTEST, shoppers::checkOut).start();
  }

  /** Waits until {@code ./run} has printed that it is ready. Returns the URL of the gateway. */
  private static String awaitReady(Path output) throws IOException {
    long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
    while (System.nanoTime() < deadline) {
      Optional<String> ready =
          Files.readString(output).lines().filter(line -> line.contains(READY)).findFirst();
      if (ready.isPresent()) {
        return ready.get().replaceAll(".*" + READY, "").split(" ", 2)[0];
      }
      Client.pause();
    }
    throw new Failure("./run was not ready within " + START_TIMEOUT.toSeconds() + " s");
  }
}
