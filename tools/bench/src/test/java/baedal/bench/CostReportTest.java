package baedal.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CostReportTest {

  private static final String PART = "50 checkouts a second";

  @TempDir Path folder;

  @Test
  void one_revision_has_one_column_and_no_ratio() {
    CostReport report = new CostReport(Map.of("this", List.of(results(12.345, 3_000))));
    assertThat(report.markdown())
        .isEqualTo(
            """

            | 50 checkouts a second | this |
            |---|--:|
            | CPU s | 12.3 |
            | orders | 3,000 |
            """);
  }

  @Test
  void two_revisions_have_the_medians_of_their_rounds_and_the_ratio() {
    Map<String, List<CostResults>> rounds = new LinkedHashMap<>();
    rounds.put("this", List.of(results(4, 10), results(6, 10)));
    rounds.put("v1", List.of(results(11, 0), results(10, 0), results(90, 0)));
    assertThat(new CostReport(rounds).markdown())
        .isEqualTo(
            """

            | 50 checkouts a second | this | v1 | ratio |
            |---|--:|--:|--:|
            | CPU s | 5.00 | 11.0 | 0.45 |
            | orders | 10.0 | 0.00 | |
            """);
  }

  @Test
  void a_value_that_only_one_revision_has_is_shown_without_a_ratio() {
    CostResults old = new CostResults();
    old.add(PART, Map.of("orders", 10.0));
    Map<String, List<CostResults>> rounds = new LinkedHashMap<>();
    rounds.put("this", List.of(results(4, 10)));
    rounds.put("v1", List.of(old));
    assertThat(new CostReport(rounds).markdown()).contains("| CPU s | 4.00 | - | |");
  }

  @Test
  void one_refused_checkout_in_any_round_is_reported() {
    CostResults refused = new CostResults();
    refused.add(PART, Map.of(CostMeter.REFUSED, 0.1));
    assertThat(new CostReport(Map.of("this", List.of(results(4, 10)))).hasRefused()).isFalse();
    assertThat(new CostReport(Map.of("this", List.of(results(4, 10), refused))).hasRefused())
        .isTrue();
  }

  @Test
  void results_are_the_same_after_they_were_written_and_read() throws IOException {
    Path file = folder.resolve("results.json");
    results(4.5, 10).write(file);
    assertThat(CostResults.read(file)).isEqualTo(results(4.5, 10));
  }

  @Test
  void the_json_file_has_the_medians_and_all_rounds() throws IOException {
    Path first = folder.resolve("1.json");
    Path second = folder.resolve("2.json");
    results(4, 10).write(first);
    results(6, 10).write(second);
    Path json = folder.resolve("report.json");
    CostReport.main(new String[] {json.toString(), "this=" + first + "," + second});
    assertThat(Files.readString(json))
        .contains("\"medians\"", "\"rounds\"", "\"CPU s\" : 4.0", "\"CPU s\" : 5.0");
  }

  @Test
  void a_percentile_is_the_smallest_value_that_covers_its_share() {
    List<Long> nanos = LongStream.rangeClosed(1, 100).map(ms -> ms * 1_000_000).boxed().toList();
    assertThat(Users.percentileMillis(nanos, 50)).isEqualTo(50);
    assertThat(Users.percentileMillis(nanos, 99)).isEqualTo(99);
    assertThat(Users.percentileMillis(nanos, 100)).isEqualTo(100);
    assertThat(Users.percentileMillis(List.of(), 50)).isNaN();
  }

  private static CostResults results(double cpu, double orders) {
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("CPU s", cpu);
    values.put("orders", orders);
    CostResults results = new CostResults();
    results.add(PART, values);
    return results;
  }
}
