package baedal.bench;

import baedal.bench.Users.Answer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * What a siege measured, as a Markdown table. Of the orders of the slow part {@code settled} were
 * paid before anybody asked, {@code inTime} of them before its end; {@code behind} its end were the
 * customers' pages. The provider began to hang at {@code hung} and was {@code back} by {@link
 * System#nanoTime}.
 */
record CheckoutReport(
    Duration duration,
    List<Answer> before,
    Part slow,
    long settled,
    long inTime,
    Duration behind,
    Part hanging,
    long hung,
    long back) {

  /** Checkouts, and what those who only browse the stores were answered meanwhile. */
  record Part(List<Answer> checkouts, List<Answer> browsing) {}

  static final int PAID = 201;
  static final int LATER = 202;

  static boolean isAnswer(Answer answer) {
    return answer.status() == PAID || answer.status() == LATER;
  }

  String table() {
    double limit = CheckoutBenchmark.PEOPLE / seconds(CheckoutBenchmark.MEAN.toNanos());
    double payments = inTime / seconds(duration.toNanos());
    long open = open().orElse(back);
    List<Answer> whileOpen =
        hanging.checkouts().stream().filter(a -> a.asked() >= open && a.asked() < back).toList();
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
            CheckoutBenchmark.PEOPLE,
            duration.toSeconds(),
            available(slow),
            number(payments),
            number(limit),
            CheckoutBenchmark.PEOPLE,
            seconds(CheckoutBenchmark.MEAN.toNanos()),
            percent(payments / limit),
            times(slow.checkouts()),
            percent(share(slow.checkouts(), LATER)),
            percent((double) settled / slow.checkouts().size() - share(slow.checkouts(), PAID)),
            number(seconds(behind.toNanos())),
            available(hanging),
            since(hung, open()),
            times(whileOpen),
            since(back, healed()),
            median(before),
            median(slow.browsing()),
            median(hanging.browsing()));
  }

  /** From when on people were sent away at once, without waiting for any payment. */
  private OptionalLong open() {
    return hanging.checkouts().stream()
        .filter(a -> a.status() == LATER && a.asked() >= hung)
        .filter(a -> a.took() < CheckoutBenchmark.FASTEST.toNanos())
        .mapToLong(Answer::asked)
        .min();
  }

  /** When the first answer came that said paid, once the provider was back. */
  private OptionalLong healed() {
    return hanging.checkouts().stream()
        .filter(a -> a.status() == PAID)
        .mapToLong(a -> a.asked() + a.took())
        .filter(answered -> answered >= back)
        .min();
  }

  private static String since(long begin, OptionalLong end) {
    return end.isPresent() ? number(seconds(end.getAsLong() - begin)) + " s" : "never";
  }

  private static String available(Part part) {
    List<Answer> all = part.checkouts();
    return percent(share(all, PAID) + share(all, LATER)) + " of " + all.size();
  }

  private static double share(List<Answer> answers, int status) {
    double those = answers.stream().filter(a -> a.status() == status).count();
    return those / answers.size();
  }

  private static String times(List<Answer> answers) {
    return "%.0f, %.0f, %.0f ms"
        .formatted(
            Users.percentile(answers, 50),
            Users.percentile(answers, 95),
            Users.percentile(answers, 99));
  }

  private static String median(List<Answer> answers) {
    return number(Users.percentile(answers, 50));
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
