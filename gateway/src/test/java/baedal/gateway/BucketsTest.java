package baedal.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class BucketsTest {

  private static final Rate PERSON = new Rate("person", 2);
  private static final Rate HOUSE = new Rate("house", 60);

  private final Buckets buckets = new Buckets();

  @Test
  void a_bucket_fills_over_a_minute_and_no_further() {
    assertThat(buckets.take(List.of(PERSON), 0).all()).isTrue();
    assertThat(buckets.take(List.of(PERSON), 0).all()).isTrue();
    assertThat(buckets.take(List.of(PERSON), 29_999).all()).isFalse();
    assertThat(buckets.take(List.of(PERSON), 30_000).all()).isTrue();
    assertThat(buckets.take(List.of(PERSON), 500_000).levels()).containsExactly(1.0);
  }

  @Test
  void one_is_taken_from_each_or_from_none() {
    List<Rate> both = List.of(HOUSE, PERSON);
    assertThat(buckets.take(both, 0)).isEqualTo(new Rate.Taken(true, List.of(59.0, 1.0)));
    buckets.take(both, 0);
    assertThat(buckets.take(both, 0)).isEqualTo(new Rate.Taken(false, List.of(58.0, 0.0)));
    assertThat(buckets.take(List.of(HOUSE), 0).levels()).containsExactly(57.0);
  }

  @Test
  void it_is_said_when_there_is_room_again() {
    assertThat(PERSON.secondsUntil(1, 0)).isEqualTo(30);
    assertThat(PERSON.secondsUntil(1, 0.999)).isEqualTo(1);
    assertThat(HOUSE.secondsUntil(60, 58)).isEqualTo(2);
  }
}
