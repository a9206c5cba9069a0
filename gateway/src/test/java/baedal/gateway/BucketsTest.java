package baedal.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class BucketsTest {

  private static final Rate SUBJECT = new Rate("subject", 2);
  private static final Rate ADDRESS = new Rate("address", 60);

  private final Buckets buckets = new Buckets();

  @Test
  void a_bucket_fills_within_a_minute_up_to_its_limit() {
    assertThat(buckets.take(List.of(SUBJECT), 0).allowed()).isTrue();
    assertThat(buckets.take(List.of(SUBJECT), 0).allowed()).isTrue();
    assertThat(buckets.take(List.of(SUBJECT), 29_999).allowed()).isFalse();
    assertThat(buckets.take(List.of(SUBJECT), 30_000).allowed()).isTrue();
    assertThat(buckets.take(List.of(SUBJECT), 500_000).levels()).containsExactly(1.0);
  }

  @Test
  void a_request_is_taken_from_each_bucket_or_from_none() {
    List<Rate> both = List.of(ADDRESS, SUBJECT);
    assertThat(buckets.take(both, 0)).isEqualTo(new Rate.Result(true, List.of(59.0, 1.0)));
    buckets.take(both, 0);
    assertThat(buckets.take(both, 0)).isEqualTo(new Rate.Result(false, List.of(58.0, 0.0)));
    assertThat(buckets.take(List.of(ADDRESS), 0).levels()).containsExactly(57.0);
  }

  @Test
  void the_seconds_until_a_level_are_whole_and_at_least_one() {
    assertThat(SUBJECT.secondsUntil(1, 0)).isEqualTo(30);
    assertThat(SUBJECT.secondsUntil(1, 0.999)).isEqualTo(1);
    assertThat(ADDRESS.secondsUntil(60, 58)).isEqualTo(2);
  }
}
