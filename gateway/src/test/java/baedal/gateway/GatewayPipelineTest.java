package baedal.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The order of the steps. Each of these tests fails if two steps change places. */
class GatewayPipelineTest {

  private static final int LIMIT = 5;
  private static final String PAGE = "https://app.example";

  private final TestGateway gateway =
      new TestGateway(Map.of("RATE_PER_ADDRESS", "" + LIMIT, "CORS_ORIGINS", PAGE));

  @AfterEach
  void stop() {
    gateway.close();
  }

  private void useUpLimit() {
    for (int i = 0; i < LIMIT; i++) {
      assertThat(gateway.ask("GET /stores HTTP/1.1")).startsWith("HTTP/1.1 200");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GET /orders/%zz, X-Nothing: x, 400",
    "GET /%, X-Nothing: x, 400",
    "GET /stores?q=%ED%A0%80, X-Nothing: x, 400",
    "POST /orders, Expect: something-else, 417",
    "POST /orders, Content-Encoding: gzip, 415",
    "POST /orders, Content-Type: multipart/form-data, 415",
    "POST /dev/tokens, X-Nothing: x, 403"
  })
  void malformed_requests_of_one_client_end_in_429(String line, String header, int status) {
    for (int i = 0; i < LIMIT; i++) {
      assertThat(gateway.ask(line + " HTTP/1.1", header)).startsWith("HTTP/1.1 " + status);
    }
    assertThat(gateway.ask(line + " HTTP/1.1", header)).startsWith("HTTP/1.1 429");
    assertThat(gateway.ask("GET /stores HTTP/1.1")).startsWith("HTTP/1.1 429");
  }

  @Test
  void a_page_can_read_a_429_and_preflights_are_not_counted() {
    useUpLimit();
    String preflight =
        gateway.ask(
            "OPTIONS /stores HTTP/1.1", "Origin: " + PAGE, "Access-Control-Request-Method: GET");
    assertThat(preflight).startsWith("HTTP/1.1 204");
    String refused = gateway.ask("GET /stores HTTP/1.1", "Origin: " + PAGE);
    assertThat(refused).startsWith("HTTP/1.1 429");
    assertThat(TestGateway.header(refused, "Access-Control-Allow-Origin")).containsExactly(PAGE);
    assertThat(TestGateway.header(refused, "X-Content-Type-Options")).containsExactly("nosniff");
  }

  @Test
  void a_429_ends_the_connection_of_a_client_that_waits_to_send_its_body() {
    useUpLimit();
    String request =
        "POST /orders HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n";
    assertThat(gateway.raw(request))
        .startsWith("HTTP/1.1 429")
        .doesNotContain("100 Continue")
        .containsIgnoringCase("connection: close");
  }
}
