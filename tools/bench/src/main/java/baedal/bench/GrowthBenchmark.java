package baedal.bench;

import baedal.bench.Users.Result;
import baedal.dev.Client;
import baedal.dev.Failure;
import baedal.dev.Settings;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Measures the processor time of a checkout, the time of two reads, and the memory of a running
 * system, for {@code tools/bench/growth}. It fails if a statement reads a large table without an
 * index. It runs in its own JVM.
 */
public final class GrowthBenchmark {

  private static final int CUSTOMERS = 200;
  private static final int CHECKOUTS_PER_SECOND = 50;
  private static final Duration WARM_UP = Duration.ofSeconds(60);
  private static final int READS = 200;
  private static final List<String> PRINTED = List.of("CPU s per 1,000 orders: ", "resident MB: ");

  private GrowthBenchmark() {}

  /**
   * The argument is the duration of the load in seconds. The environment holds the ports and the
   * data folder of the system. Prints each value as {@code name=value}. Exits with 1 when the
   * system does not respond as expected.
   */
  public static void main(String[] args) {
    try {
      Settings settings = Settings.from(System.getenv());
      Vertx vertx = Vertx.vertx();
      CostMeter meter = new CostMeter(vertx, settings, Path.of(System.getenv("BAEDAL_HOME")));
      Shoppers shoppers = new Shoppers(vertx, settings.url("gateway"), CUSTOMERS, 2 * CUSTOMERS);
      shoppers.setProvider(Duration.ZERO, Duration.ZERO, false);
      FilledDatabases databases = new FilledDatabases(settings);
      Map<String, Long> scanned = databases.rowsScanned();
      checkOut(vertx, shoppers, CHECKOUTS_PER_SECOND / 3, WARM_UP.dividedBy(3));
      checkOut(vertx, shoppers, CHECKOUTS_PER_SECOND, WARM_UP.dividedBy(3).multipliedBy(2));
      meter.awaitHandled();
      Duration duration = Duration.ofSeconds(Long.parseLong(args[0]));
      Map<String, Double> values =
          meter.measure(() -> checkOut(vertx, shoppers, CHECKOUTS_PER_SECOND, duration), List::of);
      values.forEach(
          (name, value) -> {
            if (PRINTED.stream().anyMatch(name::startsWith)) {
              System.out.printf("%s=%.1f%n", name, value);
            }
          });
      databases.requireIndexes(scanned);
      printReads(new Client(settings.url("gateway")), databases.busiest());
      databases.messageRows().forEach((name, rows) -> System.out.println(name + "=" + rows));
      System.exit(0);
    } catch (Failure | IOException e) {
      System.err.println("baedal: " + Failure.describe(e));
      System.exit(1);
    }
  }

  /** Prints the times of lists of the customer and the store that have most orders. */
  private static void printReads(Client anyone, FilledDatabases.Busiest busiest)
      throws IOException {
    Client owner = anyone.as(busiest.ownerId(), "owner");
    Client customer = anyone.as(busiest.customerId(), "customer");
    printRead(
        "owner's new tickets", owner, "/foodCookings?status=RECEIVED&storeId=" + busiest.storeId());
    printRead("owner's tickets", owner, "/foodCookings?storeId=" + busiest.storeId());
    printRead("customer's pages", customer, "/mypages");
  }

  private static void printRead(String what, Client client, String path) throws IOException {
    List<Long> nanos = new ArrayList<>();
    for (int i = 0; i < 2 * READS; i++) {
      long start = System.nanoTime();
      Client.Answer answer = client.get(path);
      if (answer.status() != 200) {
        throw new Failure(path + " was answered with " + answer);
      }
      if (i >= READS) {
        nanos.add(System.nanoTime() - start);
      }
    }
    for (int percent : List.of(50, 95)) {
      System.out.printf(
          "read ms: %s, p%d=%.1f%n", what, percent, Users.percentileMillis(nanos, percent));
    }
  }

  private static List<Result> checkOut(
      Vertx vertx, Shoppers shoppers, int perSecond, Duration duration) {
    return new OpenLoop(vertx, perSecond, duration, i -> shoppers.checkOut(i % CUSTOMERS)).run();
  }
}
