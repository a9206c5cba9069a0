package baedal.backing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class PortsTest {

  @Test
  void no_port_is_given_twice_within_two_hundred() throws IOException {
    List<Integer> given = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      given.add(Ports.free());
    }
    for (int i = 0; i + 200 <= given.size(); i++) {
      assertThat(new HashSet<>(given.subList(i, i + 200))).hasSize(200);
    }
  }
}
