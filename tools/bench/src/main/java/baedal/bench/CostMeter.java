package baedal.bench;

import baedal.bench.Users.Result;
import baedal.dev.Client;
import baedal.dev.Failure;
import baedal.dev.Settings;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Measures what a load costs a running system, for {@link CostBenchmark}. The processor time counts
 * from the first request until every event is handled.
 */
final class CostMeter {

  /** The name of the sum over all processes. */
  static final String ALL = "all";

  /** The name of the share of checkouts that got another status than 201 or 202. */
  static final String REFUSED = "% refused or not answered";

  private static final Duration INTERVAL = Duration.ofMillis(200);

  /** So many consecutive readings must find no event. */
  private static final int EMPTY_READINGS = 6;

  private static final Duration TIMEOUT = Duration.ofMinutes(10);

  /** Longer than the five seconds in which RabbitMQ updates its statistics. */
  private static final Duration STATISTICS_DELAY = Duration.ofSeconds(6);

  /** Sends requests and returns their results after the last response. */
  interface Load {
    List<Result> run() throws IOException;
  }

  /** The moment at which every event was handled, and the processor time until then. */
  private record Handled(long at, Map<String, Double> cpu) {}

  private final MeasuredSystem system;
  private final Counters counters;
  private final EventBacklog backlog;

  CostMeter(Vertx vertx, Settings settings, Path home) throws IOException {
    system = MeasuredSystem.read(home);
    counters = new Counters(settings, home);
    backlog = new EventBacklog(vertx, settings, home);
  }

  /** The processor time of the system in {@code duration} without requests, in seconds. */
  Map<String, Double> measureIdle(Duration duration) throws IOException {
    Map<String, Double> before = system.cpuSeconds();
    Client.pause(duration);
    Map<String, Double> values = new LinkedHashMap<>();
    putSum(
        values,
        "CPU s in " + duration.toSeconds() + " s: ",
        difference(system.cpuSeconds(), before),
        1);
    system.megabytes().forEach((name, mb) -> values.put("resident MB: " + name, mb));
    return values;
  }

  /**
   * Runs the load and waits until every event is handled. {@code pageTimes} waits for the times
   * from payment to MyPage, and returns them in nanoseconds.
   */
  Map<String, Double> measure(Load load, Supplier<List<Long>> pageTimes) throws IOException {
    Map<String, Double> countsBefore = counters.read();
    Map<String, Double> cpuBefore = system.cpuSeconds();
    long start = System.nanoTime();
    List<Result> results = load.run();
    long answered = System.nanoTime();
    Handled handled = awaitHandled();
    List<Long> pages = pageTimes.get();
    Client.pause(STATISTICS_DELAY);
    Map<String, Double> counts = difference(counters.read(), countsBefore);

    Map<String, Double> values = new LinkedHashMap<>();
    List<Result> placed = results.stream().filter(CostMeter::isPlaced).toList();
    int orders = placed.size();
    values.put("orders", (double) orders);
    values.put(REFUSED, 100.0 * (results.size() - orders) / results.size());
    long later = placed.stream().filter(r -> r.status() == CheckoutReport.LATER).count();
    values.put("% answered with 202, pay later", 100.0 * later / results.size());
    Map<String, Double> cpu = difference(handled.cpu(), cpuBefore);
    putSum(values, "CPU s per 1,000 orders: ", cpu, 1000.0 / orders);
    values.put("answered per second", orders / seconds(answered - start));
    values.put("lasting per second", orders / seconds(handled.at() - start));
    values.put("s from last response to last event", seconds(handled.at() - answered));
    List<Long> took = placed.stream().map(Result::tookNanos).toList();
    putPercentiles(values, "response ms: ", took, 50, 95, 99, 100);
    if (!pages.isEmpty()) {
      putPercentiles(values, "paid to MyPage ms: ", pages, 50, 100);
    }
    values.put(Counters.GC_PAUSES, counts.remove(Counters.GC_PAUSES));
    values.put("GC ms", 1000 * counts.remove(Counters.GC_SECONDS));
    counts.forEach((name, count) -> values.put("per order: " + name, count / orders));
    system.megabytes().forEach((name, mb) -> values.put("resident MB: " + name, mb));
    printRefused(results);
    return values;
  }

  private static boolean isPlaced(Result result) {
    return result.status() == CheckoutReport.PAID || result.status() == CheckoutReport.LATER;
  }

  private static void printRefused(List<Result> results) {
    results.stream()
        .filter(result -> !isPlaced(result))
        .findFirst()
        .ifPresent(
            result ->
                System.out.println(
                    "a checkout was answered with the status "
                        + result.status()
                        + ": "
                        + (result.response() == null ? "" : result.response().bodyAsString())));
  }

  /**
   * Waits until every event is handled. Several readings without an event must follow each other;
   * the first of them is the end. Throws {@link Failure} after ten minutes.
   */
  Handled awaitHandled() throws IOException {
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    Handled first = null;
    int empty = 0;
    while (empty < EMPTY_READINGS) {
      if (System.nanoTime() > deadline) {
        throw new Failure("events are still waiting after " + TIMEOUT.toMinutes() + " minutes");
      }
      if (!backlog.isEmpty()) {
        empty = 0;
      } else if (empty++ == 0) {
        first = new Handled(System.nanoTime(), system.cpuSeconds());
      }
      Client.pause(INTERVAL);
    }
    return first;
  }

  private static Map<String, Double> difference(
      Map<String, Double> after, Map<String, Double> before) {
    Map<String, Double> difference = new LinkedHashMap<>();
    after.forEach((name, value) -> difference.put(name, value - before.getOrDefault(name, 0.0)));
    return difference;
  }

  /** Puts each value, multiplied by {@code factor}, and the sum. */
  private static void putSum(
      Map<String, Double> into, String prefix, Map<String, Double> values, double factor) {
    double sum = values.values().stream().mapToDouble(Double::doubleValue).sum();
    into.put(prefix + ALL, factor * sum);
    values.forEach((name, value) -> into.put(prefix + name, factor * value));
  }

  private static void putPercentiles(
      Map<String, Double> into, String prefix, List<Long> nanos, int... percents) {
    for (int percent : percents) {
      String name = percent == 100 ? "max" : "p" + percent;
      into.put(prefix + name, Users.percentileMillis(nanos, percent));
    }
  }

  private static double seconds(long nanos) {
    return nanos / 1e9;
  }
}
