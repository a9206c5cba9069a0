package baedal.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An HTTP/2 connection that sends too many control frames is closed. */
class FrameLimitsTest {

  private static final int UNKNOWN = 100;

  private final TestGateway gateway = TestGateway.withTls(Map.of());

  @AfterEach
  void stop() {
    gateway.close();
  }

  @ParameterizedTest
  @CsvSource({
    RawHttp2.SETTINGS + ", 0, 0, 0",
    RawHttp2.PING + ", 0, 0, 8",
    RawHttp2.PING + ", 1, 0, 8",
    RawHttp2.PRIORITY + ", 0, 1, 5",
    UNKNOWN + ", 0, 0, 0",
    RawHttp2.DATA + ", 0, 1, 0"
  })
  void a_flood_of_frames_ends_the_connection(int type, int flags, int stream, int length)
      throws Exception {
    try (RawHttp2 client = new RawHttp2(gateway.port(), 1);
        RawHttp2 other = new RawHttp2(gateway.port(), 2)) {
      if (stream > 0) {
        client.request(stream, "POST", "/orders", gateway.bearer(), null, false);
      }
      for (int i = 0; i <= FrameLimits.MAX_CONTROL_FRAMES; i++) {
        client.frame(type, flags, stream, new byte[length]);
      }
      client.send();
      assertThat(client.goAway()).isEqualTo(RawHttp2.ENHANCE_YOUR_CALM);
      other.get(1, "/stores", null).send();
      assertThat(other.status()).isEqualTo(200);
    }
  }

  @Test
  void a_flood_of_window_updates_ends_the_connection() throws Exception {
    try (RawHttp2 client = new RawHttp2(gateway.port(), 1)) {
      for (int i = 0; i <= FrameLimits.MAX_WINDOW_UPDATES; i++) {
        client.number(RawHttp2.WINDOW_UPDATE, 0, 1);
      }
      client.send();
      assertThat(client.goAway()).isEqualTo(RawHttp2.ENHANCE_YOUR_CALM);
    }
  }

  @Test
  void a_client_that_pings_with_each_request_is_served() throws Exception {
    try (RawHttp2 client = new RawHttp2(gateway.port(), 1)) {
      for (int stream = 1; stream < 200; stream += 2) {
        client
            .frame(RawHttp2.PING, 0, 0, new byte[8])
            .number(RawHttp2.WINDOW_UPDATE, 0, 100)
            .get(stream, "/stores", null)
            .send();
        assertThat(client.status()).isEqualTo(200);
      }
    }
  }
}
