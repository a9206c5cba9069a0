package baedal.events;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AddressTest {

  @Test
  void minus_zero_is_the_same_place_as_zero() {
    assertThat(new Address("Null Island", -0.0, -0.0))
        .isEqualTo(new Address("Null Island", 0.0, 0.0));
  }
}
