package baedal.bench;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.bench.CheckoutReport.Part;
import baedal.bench.Users.Result;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The numbers that the report of the checkout benchmark calculates. */
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
  void only_payments_within_the_part_count_as_payments_per_second() {
    for (int i = 0; i < 90; i++) {
      slow.add(result(201, i, 500));
    }
    for (int i = 0; i < 10; i++) {
      slow.add(result(202, i, 611));
    }
    openAndRecover();
    assertThat(row("payments per second")).endsWith("9.8");
    assertThat(row("share of the maximum of 196.1 per second")).endsWith("5.00 %");
    assertThat(row("answered 202, pay later")).endsWith("10.00 %");
    assertThat(row("answered 202, but paid")).endsWith("9.00 %");
    assertThat(row("response time: median")).endsWith("500, 611, 611 ms");
    assertThat(row("time from the end of the part")).endsWith("1.5 s");
  }

  @Test
  void the_first_fast_202_shows_that_the_breaker_is_open_a_201_that_it_is_closed() {
    slow.add(result(201, 0, 500));
    hanging.add(result(201, 400, 500));
    hanging.add(result(202, 1_100, 611));
    hanging.add(result(202, 2_500, 5));
    hanging.add(result(202, 3_000, 611));
    hanging.add(result(202, 3_100, 7));
    hanging.add(result(202, 9_100, 4));
    hanging.add(result(201, 10_000, 510));
    assertThat(row("time until the breaker is open")).endsWith("1.5 s");
    assertThat(row("response time after that")).endsWith("7, 611, 611 ms");
    assertThat(row("time from the provider's recovery to the first payment")).endsWith("1.5 s");
  }

  @Test
  void the_report_says_never_if_the_breaker_never_opens_or_closes() {
    slow.add(result(201, 0, 500));
    hanging.add(result(202, 2_000, 611));
    assertThat(row("time until the breaker is open")).endsWith("never");
    assertThat(row("time from the provider's recovery to the first payment")).endsWith("never");
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

  /** The cells of the first row that begins with {@code begin}. */
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
