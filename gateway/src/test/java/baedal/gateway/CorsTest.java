package baedal.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baedal.runtime.Config;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which web sites' pages may call the gateway. */
class CorsTest {

  private static final String ALLOWED = "Access-Control-Allow-Origin";

  private TestGateway gateway;

  @AfterEach
  void stop() {
    if (gateway != null) {
      gateway.close();
    }
  }

  private String preflight(String origin) {
    return gateway.raw(
        "OPTIONS /orders HTTP/1.1\r\nHost: gateway\r\nOrigin: "
            + origin
            + "\r\nAccess-Control-Request-Method: POST\r\n"
            + "Access-Control-Request-Headers: authorization, idempotency-key, traceparent, tracestate\r\n"
            + "Connection: close\r\n\r\n");
  }

  @Test
  void no_site_is_allowed_by_default() {
    gateway = new TestGateway(Map.of());
    assertThat(TestGateway.header(preflight("https://app.example"), ALLOWED)).isEmpty();
    String answer = gateway.ask("GET /orders HTTP/1.1", "Origin: https://app.example");
    assertThat(answer).startsWith("HTTP/1.1 200");
    assertThat(TestGateway.header(answer, ALLOWED)).isEmpty();
  }

  @Test
  void a_preflight_of_an_allowed_site_needs_no_token() {
    gateway =
        new TestGateway(Map.of("CORS_ORIGINS", "https://app.example, https://shop.example:8443"));
    String answer = preflight("https://shop.example:8443");
    assertThat(answer).startsWith("HTTP/1.1 204");
    assertThat(TestGateway.header(answer, ALLOWED)).containsExactly("https://shop.example:8443");
    assertThat(TestGateway.header(answer, "Access-Control-Allow-Methods"))
        .containsExactly("GET,POST,PUT,PATCH,DELETE");
    assertThat(TestGateway.header(answer, "Access-Control-Allow-Headers"))
        .singleElement()
        .asString()
        .contains("Authorization", "Idempotency-Key", "traceparent", "tracestate");
    assertThat(TestGateway.header(answer, "Access-Control-Allow-Credentials")).isEmpty();
  }

  @Test
  void an_allowed_page_can_read_responses_and_errors() {
    gateway = new TestGateway(Map.of("CORS_ORIGINS", "https://app.example,https://b.example"));
    for (String path : new String[] {"/orders", "/nothing", "/orders/%zz"}) {
      String answer = gateway.ask("GET " + path + " HTTP/1.1", "Origin: https://app.example");
      assertThat(TestGateway.header(answer, ALLOWED))
          .as(path)
          .containsExactly("https://app.example");
      assertThat(TestGateway.header(answer, "Access-Control-Expose-Headers"))
          .containsExactly(
              "Location,Retry-After,WWW-Authenticate,X-Request-Id,RateLimit-Limit,RateLimit-Remaining,RateLimit-Reset");
      assertThat(TestGateway.header(answer, "Vary")).containsExactly("origin");
    }
  }

  @Test
  void an_allowed_page_can_read_refusals_that_come_before_the_router() {
    gateway = new TestGateway(Map.of("CORS_ORIGINS", "https://app.example,https://b.example"));
    String origin = "Origin: https://app.example\r\n";
    String host = "Host: gateway\r\n";
    String large = "Authorization: Bearer " + "x".repeat(33_000) + "\r\n";
    String endless = "X: " + "x".repeat(70_000) + "\r\n";
    String path = "GET /" + "x".repeat(5_000);
    String[][] requests = {
      {"431", "GET /orders HTTP/1.1\r\n" + host + large + origin},
      {"431", "GET /orders HTTP/1.1\r\n" + origin + host + endless},
      {"414", path + " HTTP/1.1\r\n" + host + origin},
      {"400", "GET /orders HTTP/1.1\r\n" + origin},
      {"400", "GET /orders HTTP/1.1\r\n" + origin + host + host},
      {"417", "GET /orders HTTP/1.1\r\nExpect: x\r\n" + host + origin},
      {"404", "OPTIONS * HTTP/1.1\r\n" + host + origin}
    };
    for (String[] request : requests) {
      String answer = gateway.raw(request[1] + "Connection: close\r\n\r\n");
      assertThat(answer).startsWith("HTTP/1.1 " + request[0]);
      assertThat(TestGateway.header(answer, ALLOWED))
          .as(request[0])
          .containsExactly("https://app.example");
      assertThat(TestGateway.header(answer, "Access-Control-Expose-Headers")).hasSize(1);
      assertThat(TestGateway.header(answer, "Vary")).containsExactly("origin");
      String foreign = request[1].replace("app.example", "evil.example");
      assertThat(TestGateway.header(gateway.raw(foreign + "Connection: close\r\n\r\n"), ALLOWED))
          .as(request[0])
          .isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://evil.example",
        "https://app.example.evil.example",
        "http://app.example",
        "https://app.example:444",
        "null",
        "http://localhost"
      })
  void a_site_that_is_not_in_the_list_is_refused(String origin) {
    gateway = new TestGateway(Map.of("CORS_ORIGINS", "https://app.example"));
    String answer = preflight(origin);
    assertThat(answer).startsWith("HTTP/1.1 403").contains("application/problem+json");
    assertThat(TestGateway.header(answer, ALLOWED)).isEmpty();
  }

  @Test
  void the_gateways_own_pages_are_allowed() {
    gateway = new TestGateway(Map.of("CORS_ORIGINS", "https://app.example"));
    assertThat(gateway.ask("POST /orders HTTP/1.1", "Origin: https://gateway", "Content-Length: 0"))
        .startsWith("HTTP/1.1 200");
  }

  @Test
  void loopback_allows_pages_of_this_machine_only() {
    gateway = new TestGateway(Map.of("CORS_ORIGINS", "loopback"));
    for (String origin :
        new String[] {"http://localhost:5173", "http://127.0.0.1:8088", "http://[::1]:3000"}) {
      assertThat(TestGateway.header(preflight(origin), ALLOWED)).containsExactly(origin);
    }
    for (String origin :
        new String[] {"http://localhost.evil.example", "http://127.0.0.1.evil.example:80"}) {
      assertThat(TestGateway.header(preflight(origin), ALLOWED)).as(origin).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"*", "app.example", "https://app.example/", "https://app.example/x", ".*"})
  void the_start_fails_with_an_invalid_origin(String value) {
    assertThatThrownBy(() -> PublicHttpConfig.from(Config.of(Map.of("CORS_ORIGINS", value))))
        .hasMessageStartingWith("CORS_ORIGINS must be");
  }
}
