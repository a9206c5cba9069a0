package baedal.bench;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.bench.ProcessTimes.Stat;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProcessTimesTest {

  @Test
  void a_stat_line_is_parsed_even_if_the_program_name_has_spaces_and_parentheses() {
    String line =
        "42 (a (b) c) S 7 42 42 0 -1 4194560 900 0 1 0 150 50 30 20 20 0 9 0 100 8192000 600 18446";
    assertThat(Stat.parse(line)).isEqualTo(new Stat(7, 200, 50, 600));
  }

  @Test
  void the_time_of_a_tree_contains_living_and_ended_children_but_no_other_process() {
    ProcessTimes times =
        new ProcessTimes(
            Map.of(
                1L, new Stat(0, 10_000, 10_000, 0),
                10L, new Stat(1, 100, 200, 0),
                11L, new Stat(10, 300, 0, 0),
                12L, new Stat(11, 400, 500, 0),
                20L, new Stat(1, 7_000, 0, 0)));
    assertThat(times.secondsOfTree(10)).isEqualTo(15);
    assertThat(times.secondsOf(10)).as("without children").isEqualTo(1);
  }

  @Test
  void a_process_that_has_ended_has_no_time_and_no_memory() {
    ProcessTimes times = new ProcessTimes(Map.of());
    assertThat(times.secondsOf(10)).isZero();
    assertThat(times.secondsOfTree(10)).isZero();
    assertThat(times.megabytesOf(10)).isZero();
  }

  @Test
  void the_time_of_this_process_is_that_which_java_reports() throws IOException {
    double before = javaSeconds();
    double seconds = ProcessTimes.read().secondsOf(ProcessHandle.current().pid());
    assertThat(seconds).isBetween(before - 0.1, javaSeconds() + 0.1);
    assertThat(ProcessTimes.read().megabytesOf(ProcessHandle.current().pid())).isGreaterThan(10);
  }

  private static double javaSeconds() {
    return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toMillis() / 1e3;
  }
}
