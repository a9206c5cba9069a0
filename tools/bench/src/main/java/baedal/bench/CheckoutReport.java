package baedal.bench;

import baedal.bench.Users.Result;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * The results of the checkout benchmark, as a Markdown table.
 *
 * @param duration of each part
 * @param before browsing before any checkout
 * @param slow the part in which the provider is slow
 * @param paid how many orders of the slow part were paid before their customers asked
 * @param paidInTime how many of these were paid before the end of the part
 * @param pageLag how long after the end of the slow part the pages showed all payments
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

  /** The checkouts of one part, and the requests of a user who only browses meanwhile. */
  record Part(List<Result> checkouts, List<Result> browsing) {}

  static final int PAID = 201;
  static final int LATER = 202;

  /** Whether the status is one that the contract of a checkout with a valid card allows. */
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
    | %d people check out, %d s each part | the original | Baedal |
    |---|---:|---:|
    | **The provider answers in 400 to 620 ms, and is given 610 ms** | | |
    | availability: answered with 2xx | 63.55 %% | %s |
    | payments a second | 17 | %s |
    | of the %s a second that are possible (%d / %s s) | 9 %% | %s |
    | answered within: median, 95 %%, 99 %% | | %s |
    | told «pay a little later» | | %s |
    | paid once all the same, as they hear when they ask | | %s |
    | the last of them is paid in its customer's page, after the end | | %s s |
    | **The provider does not answer at all** | | |
    | availability: answered with 2xx | | %s |
    | the breaker is open after | | %s |
    | answered within from then on: median, 95 %%, 99 %% | | %s |
    | the first payment after the provider's return | | %s |
    | **`GET /stores` meanwhile: median** | | |
    | before, while the provider is slow, while it hangs | | %s, %s, %s ms |
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

  /** When the first user got a 202 faster than the provider answers: the breaker was open. */
  private OptionalLong breakerOpenedAt() {
    return hanging.checkouts().stream()
        .filter(r -> r.status() == LATER && r.sentAt() >= hungAt)
        .filter(r -> r.tookNanos() < CheckoutBenchmark.FASTEST.toNanos())
        .mapToLong(Result::sentAt)
        .min();
  }

  /** When the first payment was confirmed after the provider answered again. */
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
