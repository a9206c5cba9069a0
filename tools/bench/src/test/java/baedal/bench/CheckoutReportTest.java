package baedal.bench;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.bench.CheckoutReport.Part;
import baedal.bench.Users.Result;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The numbers that the report derives from results. */
class CheckoutReportTest {

  private static final long HUNG_AT = 1_000;
  private static final long RECOVERED_AT = 9_000;

  private final List<Result> slow = new ArrayList<>();
  private final List<Result> hanging = new ArrayList<>();

  @Test
  void only_2xx_counts_as_available() {
    slow.add(result(503, 0, 20));
    slow.add(result(0, 0, 15_000));
    for (int i = 0; i < 6; i++) {
      slow.add(result(201, i, 500 + i));
    }
    openAndRecover();
    assertThat(row("availability")).endsWith("63.55 % | 75.00 % of 8");
  }

  @Test
  void payments_count_in_time_and_later_ones_have_their_own_rows() {
    for (int i = 0; i < 90; i++) {
      slow.add(result(201, i, 500));
    }
    for (int i = 0; i < 10; i++) {
      slow.add(result(202, i, 611));
    }
    openAndRecover();
    assertThat(row("payments a second")).endsWith("9.8");
    assertThat(row("of the 196.1 a second")).endsWith("5.00 %");
    assertThat(row("told «pay a little later»")).endsWith("10.00 %");
    assertThat(row("paid once all the same")).endsWith("9.00 %");
    assertThat(row("answered within: median")).endsWith("500, 611, 611 ms");
    assertThat(row("the last of them is paid in its customer's page")).endsWith("1.5 s");
  }

  @Test
  void the_breaker_opens_with_the_first_fast_202_and_closes_with_a_payment() {
    slow.add(result(201, 0, 500));
    hanging.add(result(201, 400, 500));
    hanging.add(result(202, 1_100, 611));
    hanging.add(result(202, 2_500, 5));
    hanging.add(result(202, 3_000, 611));
    hanging.add(result(202, 3_100, 7));
    hanging.add(result(202, 9_100, 4));
    hanging.add(result(201, 10_000, 510));
    assertThat(row("the breaker is open after")).endsWith("1.5 s");
    assertThat(row("answered within from then on")).endsWith("7, 611, 611 ms");
    assertThat(row("the first payment after")).endsWith("1.5 s");
  }

  @Test
  void a_breaker_that_never_opens_or_closes_is_reported() {
    slow.add(result(201, 0, 500));
    hanging.add(result(202, 2_000, 611));
    assertThat(row("the breaker is open after")).endsWith("never");
    assertThat(row("the first payment after")).endsWith("never");
  }

  private void openAndRecover() {
    hanging.add(result(202, 2_000, 5));
    hanging.add(result(201, 10_000, 500));
  }

  private String table() {
    List<Result> browsing = List.of(result(200, 0, 2));
    return new CheckoutReport(
            Duration.ofSeconds(10),
            browsing,
            new Part(slow, browsing),
            99,
            98,
            Duration.ofMillis(1_500),
            new Part(hanging, browsing),
            nanos(HUNG_AT),
            nanos(RECOVERED_AT))
        .table();
  }

  /** The cells of the first row that begins so. */
  private String row(String begin) {
    return table()
        .lines()
        .filter(line -> line.startsWith("| " + begin))
        .map(line -> line.substring(2, line.length() - 2))
        .findFirst()
        .orElseThrow();
  }

  private static Result result(int status, long sentAtMillis, long tookMillis) {
    return new Result(0, nanos(sentAtMillis), nanos(tookMillis), status, null);
  }

  private static long nanos(long millis) {
    return Duration.ofMillis(millis).toNanos();
  }
}
