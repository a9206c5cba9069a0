package baedal.bench;

import baedal.bench.Users.Result;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The results of the checkout benchmark of a system that has just started, as a Markdown table. All
 * times are by {@link System#nanoTime}.
 *
 * @param checkouts all checkouts, also those of the burst
 * @param begin when the 100 customers began
 * @param burstBegin when the 500 further customers began
 * @param burstEnd when the 500 further customers stopped
 * @param end when the 100 customers stopped
 */
record ColdReport(List<Result> checkouts, long begin, long burstBegin, long burstEnd, long end) {

  /** The order was not placed: the customer has to try again. */
  static final int BUSY = 503;

  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final int INTERVAL_SECONDS = 5;

  /** The burst is over when these conditions hold for three seconds. */
  private static final int STEADY_SECONDS = 3;

  private static final double STEADY_RATE = 0.85;
  private static final double STEADY_LATER = 0.15;

  /** The checkouts that need a check: orders that were placed, and responses that are wrong. */
  List<Result> placedOrWrong() {
    return checkouts.stream().filter(result -> result.status() != BUSY).toList();
  }

  String table() {
    List<String> rows = new ArrayList<>();
    rows.add(
        "| seconds | 201 per second | of the possible %s | 202 | 503 | other |"
            .formatted(number(possible())));
    rows.add("|---|---:|---:|---:|---:|---:|");
    long interval = INTERVAL_SECONDS * SECOND;
    for (long from = begin; from + interval <= end; from += interval) {
      rows.add(row(from, from + interval));
    }
    rows.add("");
    rows.add("| | |");
    rows.add("|---|---:|");
    rows.add(
        "| burst | %s to %s s |"
            .formatted((burstBegin - begin) / SECOND, (burstEnd - begin) / SECOND));
    rows.add("| of the possible, from second 10 to the burst | " + cold(10) + " |");
    rows.add("| of the possible, from second 30 to the burst | " + cold(30) + " |");
    rows.add("| time from the end of the burst until it is over | " + recovery() + " |");
    return String.join("\n", rows) + "\n";
  }

  private String row(long from, long to) {
    List<Result> answered = answered(from, to);
    long other =
        answered.stream().filter(r -> !CheckoutReport.isExpected(r) && r.status() != BUSY).count();
    return "| %d to %d | %s | %s | %s | %s | %d |"
        .formatted(
            (from - begin) / SECOND,
            (to - begin) / SECOND,
            number(paidPerSecond(from, to)),
            percent(paidPerSecond(from, to) / possible()),
            percent(share(answered, CheckoutReport.LATER)),
            percent(share(answered, BUSY)),
            other);
  }

  /** The share of the possible payments from that second to the burst. */
  private String cold(int second) {
    long from = begin + second * SECOND;
    return from < burstBegin ? percent(paidPerSecond(from, burstBegin) / possible()) : "";
  }

  private String recovery() {
    for (long from = burstEnd; from + STEADY_SECONDS * SECOND <= end; from += SECOND) {
      long to = from + STEADY_SECONDS * SECOND;
      if (paidPerSecond(from, to) >= STEADY_RATE * possible()
          && share(answered(from, to), CheckoutReport.LATER) <= STEADY_LATER) {
        return (from - burstEnd) / SECOND + " s";
      }
    }
    return "more than " + (end - burstEnd) / SECOND + " s";
  }

  private double paidPerSecond(long from, long to) {
    long paid = answered(from, to).stream().filter(r -> r.status() == CheckoutReport.PAID).count();
    return (double) paid * SECOND / (to - from);
  }

  private List<Result> answered(long from, long to) {
    return checkouts.stream()
        .filter(result -> result.answeredAt() >= from && result.answeredAt() < to)
        .toList();
  }

  /** The payments per second if the system takes no time. */
  private static double possible() {
    return (double) CheckoutBenchmark.USERS * SECOND / CheckoutBenchmark.MEAN.toNanos();
  }

  private static double share(List<Result> results, int status) {
    double matching = results.stream().filter(r -> r.status() == status).count();
    return results.isEmpty() ? 0 : matching / results.size();
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }
}
