package baedal.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.backing.Ports;
import java.net.URI;
import org.junit.jupiter.api.Test;

class TestServersTest {

  @Test
  void every_server_answers_on_loopback() {
    for (String uri :
        new String[] {
          TestServers.postgres(), TestServers.mongo(), TestServers.redis(), TestServers.amqp()
        }) {
      URI server = URI.create(uri);
      assertThat(server.getHost()).isEqualTo("127.0.0.1");
      assertThat(Ports.answers(server.getPort())).as(server.getScheme()).isTrue();
    }
  }

  @Test
  void each_call_returns_another_redis_database() {
    assertThat(TestServers.redis()).isNotEqualTo(TestServers.redis());
  }
}
