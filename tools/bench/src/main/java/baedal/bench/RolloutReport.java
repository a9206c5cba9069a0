package baedal.bench;

import baedal.bench.RolloutLoad.Answer;
import java.util.List;
import java.util.Locale;

/** The results of the rollout benchmark, as a Markdown table with one row for each phase. */
final class RolloutReport {

  private RolloutReport() {}

  static String table(List<Answer> answers) {
    StringBuilder table =
        new StringBuilder(
            """
            | phase | requests | first response 503 | retries | median ms | p99 ms | longest with retries, s |
            |---|--:|--:|--:|--:|--:|--:|
            """);
    answers.stream()
        .map(Answer::phase)
        .distinct()
        .map(phase -> row(phase, answers.stream().filter(a -> a.phase().equals(phase)).toList()))
        .forEach(table::append);
    return table.toString();
  }

  private static String row(String phase, List<Answer> answers) {
    long refused = answers.stream().filter(answer -> answer.firstStatus() == 503).count();
    int retries = answers.stream().mapToInt(answer -> answer.attempts() - 1).sum();
    List<Long> first = answers.stream().map(Answer::firstNanos).toList();
    List<Long> last = answers.stream().map(Answer::lastNanos).toList();
    return String.format(
        Locale.ROOT,
        "| %s | %d | %.2f %% | %d | %.0f | %.0f | %.1f |%n",
        phase,
        answers.size(),
        100.0 * refused / answers.size(),
        retries,
        Users.percentileMillis(first, 50),
        Users.percentileMillis(first, 99),
        Users.percentileMillis(last, 100) / 1000);
  }
}
