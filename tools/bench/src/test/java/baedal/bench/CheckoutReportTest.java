package baedal.bench;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.bench.CheckoutReport.Part;
import baedal.bench.Users.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the table of a siege makes of answers. */
class CheckoutReportTest {

  private static final long HUNG = 1_000;
  private static final long BACK = 9_000;

  private final List<Answer> slow = new ArrayList<>();
  private final List<Answer> hanging = new ArrayList<>();

  @Test
  void what_is_not_a_2xx_is_no_availability() {
    slow.add(told(503, 0, 20));
    slow.add(told(0, 0, 15_000));
    for (int i = 0; i < 6; i++) {
      slow.add(told(201, i, 500 + i));
    }
    openAndHeal();
    assertThat(row("availability")).endsWith("63.55 % | 75.00 % of 8");
  }

  @Test
  void payments_count_when_they_were_made_in_time_and_those_told_later_are_told() {
    for (int i = 0; i < 90; i++) {
      slow.add(told(201, i, 500));
    }
    for (int i = 0; i < 10; i++) {
      slow.add(told(202, i, 611));
    }
    openAndHeal();
    assertThat(row("payments a second")).endsWith("9.8");
    assertThat(row("of the 196.1 a second")).endsWith("5.00 %");
    assertThat(row("told «pay a little later»")).endsWith("10.00 %");
    assertThat(row("paid once all the same")).endsWith("9.00 %");
    assertThat(row("answered within: median")).endsWith("500, 611, 611 ms");
    assertThat(row("the last of them is paid in its customer's page")).endsWith("1.5 s");
  }

  @Test
  void the_breaker_is_open_when_people_are_sent_away_at_once_and_healed_when_one_can_pay() {
    slow.add(told(201, 0, 500));
    hanging.add(told(201, 400, 500));
    hanging.add(told(202, 1_100, 611));
    hanging.add(told(202, 2_500, 5));
    hanging.add(told(202, 3_000, 611));
    hanging.add(told(202, 3_100, 7));
    hanging.add(told(202, 9_100, 4));
    hanging.add(told(201, 10_000, 510));
    assertThat(row("the breaker is open after")).endsWith("1.5 s");
    assertThat(row("answered within from then on")).endsWith("7, 611, 611 ms");
    assertThat(row("the first payment after")).endsWith("1.5 s");
  }

  @Test
  void a_breaker_that_does_not_open_and_a_system_that_does_not_heal_are_told() {
    slow.add(told(201, 0, 500));
    hanging.add(told(202, 2_000, 611));
    assertThat(row("the breaker is open after")).endsWith("never");
    assertThat(row("the first payment after")).endsWith("never");
  }

  private void openAndHeal() {
    hanging.add(told(202, 2_000, 5));
    hanging.add(told(201, 10_000, 500));
  }

  private String table() {
    List<Answer> browsing = List.of(told(200, 0, 2));
    return new CheckoutReport(
            Duration.ofSeconds(10),
            browsing,
            new Part(slow, browsing),
            99,
            98,
            Duration.ofMillis(1_500),
            new Part(hanging, browsing),
            nanos(HUNG),
            nanos(BACK))
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

  private static Answer told(int status, long askedMillis, long tookMillis) {
    return new Answer(0, nanos(askedMillis), nanos(tookMillis), status, null);
  }

  private static long nanos(long millis) {
    return Duration.ofMillis(millis).toNanos();
  }
}
