package baedal.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every response has the security headers, whether a handler, the router or the decoder made it.
 */
class SecurityHeadersTest {

  private final TestGateway gateway = new TestGateway(Map.of("ORDER_URL", "http://127.0.0.1:1"));

  @AfterEach
  void stop() {
    gateway.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /stores HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "GET /coupons HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "GET /orders HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: TOKEN\r\n\r\n",
        "GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "DELETE /checkouts HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "GET /stores HTTP/1.1\r\nConnection: close\r\n\r\n",
        "GET /stores HTTP/1.1\r\nHost: evil:99999\r\nConnection: close\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "no http at all\r\n\r\n"
      })
  void every_response_with_data_has_the_security_headers(String request) {
    gateway.service =
        incoming ->
            incoming.response().putHeader("Server", "secret/1").putHeader("Via", "x").end("{}");
    String answer = gateway.raw(request.replace("TOKEN", gateway.bearer()));
    assertThat(answer).startsWith("HTTP/1.");
    assertThat(TestGateway.header(answer, "X-Content-Type-Options")).containsExactly("nosniff");
    assertThat(TestGateway.header(answer, "Referrer-Policy")).containsExactly("no-referrer");
    assertThat(TestGateway.header(answer, "Cross-Origin-Resource-Policy"))
        .containsExactly("same-origin");
    assertThat(TestGateway.header(answer, "Content-Security-Policy"))
        .containsExactly("default-src 'none'; frame-ancestors 'none'");
    assertThat(TestGateway.header(answer, "Cache-Control")).containsExactly("no-store");
    for (String banner : List.of("Server", "X-Powered-By", "Via", "Strict-Transport-Security")) {
      assertThat(TestGateway.header(answer, banner)).as(banner).isEmpty();
    }
  }

  @Test
  void a_page_may_load_files_of_the_gateway() {
    assertThat(TestGateway.header(gateway.ask("GET / HTTP/1.1"), "Content-Security-Policy"))
        .singleElement()
        .asString()
        .startsWith("default-src 'self'")
        .doesNotContain("unsafe");
  }

  @Test
  void a_service_may_set_its_own_caching_and_policy() {
    gateway.service =
        incoming ->
            incoming
                .response()
                .putHeader("Cache-Control", "max-age=60")
                .putHeader("Content-Security-Policy", "default-src 'none'; img-src 'self'")
                .end("{}");
    String answer = gateway.ask("GET /stores HTTP/1.1");
    assertThat(TestGateway.header(answer, "Cache-Control")).containsExactly("max-age=60");
    assertThat(TestGateway.header(answer, "Content-Security-Policy"))
        .containsExactly("default-src 'none'; img-src 'self'");
  }

  @Test
  void bytes_that_are_not_http_are_answered_with_a_problem() {
    assertThat(gateway.raw("no http at all\r\n\r\n"))
        .contains(" 400 Bad Request\r\n")
        .contains("application/problem+json", "/problems/bad-request");
  }
}
