package baedal.bench;

import baedal.bench.Users.Result;
import baedal.dev.Client;
import baedal.dev.ConsoleProgress;
import baedal.dev.Failure;
import baedal.dev.Settings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.client.HttpResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Measures a running system for {@code tools/bench/cost}: the processor time and the operations of
 * an order until every event is handled. It runs in its own JVM, and writes the results to a file
 * that {@link CostReport} reads.
 */
public final class CostBenchmark {

  private static final int CUSTOMERS = 200;

  /** An order has ten requests and twelve events, a checkout only a few. */
  private static final int CHECKOUTS_PER_WHOLE_ORDER = 10;

  /** The JVM compiles most of the code in the first two minutes under load. */
  private static final Duration SHORTEST_WARM_UP = Duration.ofMinutes(2);

  private static final Duration IDLE = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final String gateway;
  private final Shoppers shoppers;
  private final CostMeter meter;
  private final int perSecond;
  private final ConsoleProgress progress = new ConsoleProgress();
  private PageWatch pages;

  private CostBenchmark(Vertx vertx, Settings settings, Path home, int perSecond)
      throws IOException {
    this.perSecond = perSecond;
    this.vertx = vertx;
    gateway = settings.url("gateway");
    shoppers = new Shoppers(vertx, gateway, CUSTOMERS, 2 * CUSTOMERS);
    meter = new CostMeter(vertx, settings, home);
  }

  /**
   * The arguments are the length of the part with the constant rate in seconds, this rate in
   * checkouts per second, and the file for the results. The environment holds the ports and the
   * data folder of the system. Exits with 1 when the system does not respond as expected.
   */
  public static void main(String[] args) {
    try {
      Settings settings = Settings.from(System.getenv());
      Path home = Path.of(System.getenv("BAEDAL_HOME"));
      CostResults results =
          new CostBenchmark(Vertx.vertx(), settings, home, Integer.parseInt(args[1]))
              .run(Duration.ofSeconds(Long.parseLong(args[0])));
      results.write(Path.of(args[2]));
      System.exit(0);
    } catch (Failure | IOException e) {
      System.err.println("baedal: " + Failure.describe(e));
      System.exit(1);
    }
  }

  private CostResults run(Duration duration) throws IOException {
    Duration half = duration.dividedBy(2);
    CostResults results = new CostResults();
    shoppers.setProvider(Duration.ZERO, Duration.ZERO, false);
    pages = new PageWatch(vertx, shoppers);
    warmUp(duration.compareTo(SHORTEST_WARM_UP) < 0 ? SHORTEST_WARM_UP : duration);
    progress.print("no requests for " + IDLE.toSeconds() + " s");
    results.add("idle", meter.measureIdle(IDLE));

    String rate = perSecond + " checkouts a second for " + duration.toSeconds() + " s";
    measureCheckouts(results, rate, () -> openLoop(perSecond, duration));
    for (int connections : new int[] {16, 64}) {
      String full = connections + " connections at full speed for " + half.toSeconds() + " s";
      measureCheckouts(results, full, () -> closedLoop(connections, half));
    }
    int orders = Math.max(1, perSecond / CHECKOUTS_PER_WHOLE_ORDER);
    WholeLives lives = new WholeLives(gateway, shoppers, orders, half);
    String name = "whole orders, " + orders + " a second for " + half.toSeconds() + " s";
    progress.print(name);
    results.add(name, meter.measure(lives::run, List::of));
    return results;
  }

  /**
   * The load rises, so that the system does not begin with more requests than it can answer. A cold
   * system may still refuse some of them.
   */
  private void warmUp(Duration duration) throws IOException {
    progress.print("warming up for " + duration.toSeconds() + " s");
    Duration third = duration.dividedBy(3);
    openLoop(Math.max(1, perSecond / 3), third);
    openLoop(perSecond, third);
    closedLoop(16, third);
    meter.awaitHandled();
  }

  private void measureCheckouts(CostResults results, String name, CostMeter.Load load)
      throws IOException {
    progress.print(name);
    pages = new PageWatch(vertx, shoppers);
    results.add(name, meter.measure(load, pages::await));
  }

  private List<Result> openLoop(int rate, Duration duration) {
    return new OpenLoop(vertx, rate, duration, i -> checkOut(i % CUSTOMERS)).run();
  }

  private List<Result> closedLoop(int connections, Duration duration) {
    Users users = new Users(vertx, connections, Duration.ZERO, this::checkOut).start();
    Client.pause(duration);
    return users.stop();
  }

  private Future<HttpResponse<Buffer>> checkOut(int customer) {
    return shoppers.checkOut(customer).onSuccess(response -> pages.offer(customer, response));
  }
}
