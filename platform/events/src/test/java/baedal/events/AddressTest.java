package baedal.events;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AddressTest {

  @Test
  void a_coordinate_of_minus_zero_equals_zero() {
    assertThat(new Address("Null Island", -0.0, -0.0))
        .isEqualTo(new Address("Null Island", 0.0, 0.0));
  }
}
