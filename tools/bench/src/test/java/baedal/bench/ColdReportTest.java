package baedal.bench;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.bench.Users.Result;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The numbers that the report of the cold checkout benchmark calculates. */
class ColdReportTest {

  private static final int POSSIBLE = 196;

  private final List<Result> checkouts = new ArrayList<>();

  @Test
  void each_interval_shows_its_rate_and_its_shares_of_the_statuses() {
    answered(0, 490, 201);
    answered(1, 245, 202);
    answered(4, 245, 503);
    answered(5, 1, 0);
    assertThat(row("| 0 to 5 |")).isEqualTo("| 0 to 5 | 98.0 | 50.0 % | 25.0 % | 25.0 % | 0 |");
    assertThat(row("| 5 to 10 |")).isEqualTo("| 5 to 10 | 0.0 | 0.0 % | 0.0 % | 0.0 % | 1 |");
  }

  @Test
  void the_share_from_second_10_ignores_the_first_seconds_and_the_burst() {
    for (int second = 10; second < 40; second++) {
      answered(second, second < 30 ? POSSIBLE / 2 : POSSIBLE, 201);
    }
    answered(41, 10_000, 201);
    assertThat(row("| of the possible, from second 10")).endsWith("66.6 % |");
    assertThat(row("| of the possible, from second 30")).endsWith("100.0 % |");
  }

  @Test
  void the_burst_is_over_when_enough_is_paid_for_three_seconds() {
    answered(50, POSSIBLE, 201);
    answered(51, POSSIBLE / 2, 201);
    for (int second = 55; second < 60; second++) {
      answered(second, POSSIBLE, 201);
      answered(second, second == 55 ? 3 * POSSIBLE : 1, 202);
    }
    assertThat(row("| time from the end of the burst")).endsWith(" 6 s |");
  }

  @Test
  void the_report_says_that_the_burst_was_not_over_at_the_end() {
    assertThat(row("| time from the end of the burst")).endsWith("more than 20 s |");
  }

  @Test
  void an_order_that_was_not_placed_needs_no_check() {
    answered(0, 1, 201);
    answered(0, 1, 202);
    answered(0, 1, 503);
    answered(0, 1, 400);
    assertThat(report().placedOrWrong()).extracting(Result::status).containsExactly(201, 202, 400);
  }

  private void answered(int second, int count, int status) {
    for (int i = 0; i < count; i++) {
      checkouts.add(new Result(0, seconds(second), 1, status, null));
    }
  }

  private ColdReport report() {
    return new ColdReport(checkouts, 0, seconds(40), seconds(50), seconds(70));
  }

  private String row(String begin) {
    return report()
        .table()
        .lines()
        .filter(line -> line.startsWith(begin))
        .findFirst()
        .orElseThrow();
  }

  private static long seconds(int seconds) {
    return Duration.ofSeconds(seconds).toNanos();
  }
}
