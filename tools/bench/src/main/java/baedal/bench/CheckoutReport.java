package baedal.bench;

import baedal.bench.Users.Result;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * The results of the checkout benchmark, as a Markdown table.
 *
 * @param duration the length of each part
 * @param before the requests of one user who browsed while nobody checked out
 * @param slow the part in which the provider is slow
 * @param paid the number of orders of the slow part that were already paid before their final check
 * @param paidInTime how many of these orders were paid before the end of the slow part
 * @param pageLag the time from the end of the slow part until MyPage showed its last payment
 * @param hanging the part in which the provider hangs
 * @param hungAt when the provider began to hang, by {@link System#nanoTime}
 * @param recoveredAt when the provider answered again, by {@link System#nanoTime}
 */
record CheckoutReport(
    Duration duration,
    List<Result> before,
    Part slow,
    long paid,
    long paidInTime,
    Duration pageLag,
    Part hanging,
    long hungAt,
    long recoveredAt) {

  /** The checkouts of one part, and the requests of one user who browses at the same time. */
  record Part(List<Result> checkouts, List<Result> browsing) {}

  static final int PAID = 201;

  /** The order is placed, and the customer has to pay later. */
  static final int LATER = 202;

  /** Whether the status is one of those that a checkout with a valid card may have. */
  static boolean isExpected(Result result) {
    return result.status() == PAID || result.status() == LATER;
  }

  String table() {
    double limit = CheckoutBenchmark.USERS / seconds(CheckoutBenchmark.MEAN.toNanos());
    double payments = paidInTime / seconds(duration.toNanos());
    long open = breakerOpenedAt().orElse(recoveredAt);
    List<Result> whileOpen =
        hanging.checkouts().stream()
            .filter(r -> r.sentAt() >= open && r.sentAt() < recoveredAt)
            .toList();
    return """
    | %d customers check out, each part takes %d s | the original | Baedal |
    |---|---:|---:|
    | **The provider takes 400 to 620 ms, the timeout is 610 ms** | | |
    | availability: answered with 2xx | 63.55 %% | %s |
    | payments per second | 17 | %s |
    | share of the maximum of %s per second (%d / %s s) | 9 %% | %s |
    | response time: median, 95 %%, 99 %% | | %s |
    | answered 202, pay later | | %s |
    | answered 202, but paid when the customer checked | | %s |
    | time from the end of the part until MyPage shows its last payment | | %s s |
    | **The provider does not answer** | | |
    | availability: answered with 2xx | | %s |
    | time until the breaker is open | | %s |
    | response time after that: median, 95 %%, 99 %% | | %s |
    | time from the provider's recovery to the first payment | | %s |
    | **Median of `GET /stores`** | | |
    | without checkouts, provider slow, provider hanging | | %s, %s, %s ms |
    """
        .formatted(
            CheckoutBenchmark.USERS,
            duration.toSeconds(),
            available(slow),
            number(payments),
            number(limit),
            CheckoutBenchmark.USERS,
            seconds(CheckoutBenchmark.MEAN.toNanos()),
            percent(payments / limit),
            times(slow.checkouts()),
            percent(share(slow.checkouts(), LATER)),
            percent((double) paid / slow.checkouts().size() - share(slow.checkouts(), PAID)),
            number(seconds(pageLag.toNanos())),
            available(hanging),
            since(hungAt, breakerOpenedAt()),
            times(whileOpen),
            since(recoveredAt, firstPaymentAt()),
            median(before),
            median(slow.browsing()),
            median(hanging.browsing()));
  }

  /**
   * The time of the first checkout that was answered with 202 faster than the provider can answer.
   * When it was sent, the breaker was open.
   */
  private OptionalLong breakerOpenedAt() {
    return hanging.checkouts().stream()
        .filter(r -> r.status() == LATER && r.sentAt() >= hungAt)
        .filter(r -> r.tookNanos() < CheckoutBenchmark.FASTEST.toNanos())
        .mapToLong(Result::sentAt)
        .min();
  }

  /** The time of the first response with 201 after the recovery of the provider. */
  private OptionalLong firstPaymentAt() {
    return hanging.checkouts().stream()
        .filter(r -> r.status() == PAID)
        .mapToLong(Result::answeredAt)
        .filter(answeredAt -> answeredAt >= recoveredAt)
        .min();
  }

  private static String since(long begin, OptionalLong end) {
    return end.isPresent() ? number(seconds(end.getAsLong() - begin)) + " s" : "never";
  }

  private static String available(Part part) {
    List<Result> all = part.checkouts();
    return percent(share(all, PAID) + share(all, LATER)) + " of " + all.size();
  }

  private static double share(List<Result> results, int status) {
    double matching = results.stream().filter(r -> r.status() == status).count();
    return matching / results.size();
  }

  private static String times(List<Result> results) {
    return "%.0f, %.0f, %.0f ms"
        .formatted(
            Users.percentile(results, 50),
            Users.percentile(results, 95),
            Users.percentile(results, 99));
  }

  private static String median(List<Result> results) {
    return number(Users.percentile(results, 50));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.2f %%", 100 * share);
  }

  private static double seconds(long nanos) {
    return nanos / 1e9;
  }
}
