package baedal.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CountersTest {

  @Test
  void the_series_of_a_metric_are_added_and_other_metrics_are_ignored() {
    Map<String, Double> counts = new HashMap<>();
    Counters.addMetrics(
        counts,
        """
        # HELP jvm_gc_pause_seconds Time spent in GC pause
        jvm_gc_pause_seconds_count{action="end of minor GC",cause="Allocation Failure"} 2
        jvm_gc_pause_seconds_count{action="end of major GC",cause="Metadata GC Threshold"} 1
        jvm_gc_pause_seconds_sum{action="end of minor GC",cause="Allocation Failure"} 0.25
        jvm_gc_pause_seconds_max{action="end of minor GC",cause="Allocation Failure"} 9
        vertx_sql_processing_time_seconds_count 1.2E3
        """);
    assertThat(counts)
        .isEqualTo(Map.of("GC pauses", 3.0, "GC seconds", 0.25, "SQL statements", 1200.0));
  }

  @Test
  void the_bytes_of_the_loopback_interface_are_read() {
    String text =
        """
        Inter-|   Receive                                                |  Transmit
         face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets
          eth0: 99 1 0 0 0 0 0 0 88 1 0 0 0 0 0 0
            lo: 123456 10 0 0 0 0 0 0 123456 10 0 0 0 0 0 0
        """;
    assertThat(Counters.loopbackBytes(text)).isEqualTo(123_456);
  }
}
