package baedal.backing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PortsTest {

  @Test
  void no_port_is_returned_twice_within_200_calls() throws IOException {
    List<Integer> given = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      given.add(Ports.free());
    }
    for (int i = 0; i + 200 <= given.size(); i++) {
      assertThat(new HashSet<>(given.subList(i, i + 200))).hasSize(200);
    }
  }

  @Test
  void a_port_in_use_is_never_returned() throws IOException {
    List<ServerSocket> busy = new ArrayList<>();
    try {
      Set<Integer> used = new HashSet<>();
      for (int i = 0; i < 100; i++) {
        int port = Ports.free();
        used.add(port);
        busy.add(new ServerSocket(port, 1, InetAddress.getLoopbackAddress()));
      }
      for (int i = 0; i < 2_000; i++) {
        assertThat(used).doesNotContain(Ports.free());
      }
    } finally {
      for (ServerSocket socket : busy) {
        socket.close();
      }
    }
  }
}
