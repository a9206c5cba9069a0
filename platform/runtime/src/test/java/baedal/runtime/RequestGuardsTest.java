package baedal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The checks of every request before its body is read. */
class RequestGuardsTest {

  private final TestApi api = TestApi.things();

  @AfterEach
  void stop() {
    api.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /things/% HTTP/1.1\r\nHost: x\r\n",
        "GET /things/%zz HTTP/1.1\r\nHost: x\r\n",
        "GET /things/1 HTTP/1.1\r\n",
        "GET /things/1 HTTP/1.1\r\nHost: evil:99999\r\n",
        "GET /things/1 HTTP/1.0\r\nHost: evil:99999\r\n"
      })
  void a_malformed_request_is_refused(String head) throws IOException {
    assertThat(api.raw(head + "Connection: close\r\n\r\n")).matches("(?s)HTTP/1\\.[01] 400 .*");
  }

  @Test
  void a_host_that_is_too_long_is_refused() throws IOException {
    String host = "Host: " + "x".repeat(301) + "\r\nConnection: close\r\n\r\n";
    assertThat(api.raw("GET /health/live HTTP/1.1\r\n" + host)).startsWith("HTTP/1.1 400");
  }

  @Test
  void http_1_0_needs_no_host() throws IOException {
    assertThat(api.raw("GET /health/live HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.0 200");
    String token = "Authorization: Bearer " + api.token("maker") + "\r\n\r\n";
    assertThat(api.raw("GET /things/7 HTTP/1.0\r\n" + token))
        .contains(" 200 ", "\"thingId\":\"me\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "POST /things",
        "GET /things/1",
        "DELETE /things",
        "GET /nothing",
        "GET /health/live",
        "GET /metrics"
      })
  void an_unsupported_expectation_is_a_417_on_every_route(String request) throws IOException {
    for (String expect : List.of("something-else", "100-continue\r\nExpect: x")) {
      String answer =
          api.raw(
              request
                  + " HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: "
                  + expect
                  + "\r\n\r\n");
      assertThat(answer)
          .startsWith("HTTP/1.1 417")
          .contains(Problems.MEDIA_TYPE, "\"status\":417")
          .containsIgnoringCase("connection: close");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST /things", "GET /things/1", "PUT /nothing"})
  void a_client_that_announces_a_body_that_is_too_large_gets_no_100_continue(String request)
      throws IOException {
    String answer =
        api.raw(
            request
                + " HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 65537\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 413").containsIgnoringCase("connection: close");
  }

  @Test
  void a_body_that_fits_gets_one_100_continue_and_none_with_http_1_0() throws IOException {
    String body = TestApi.THING;
    String head =
        "Host: x\r\nExpect: 100-Continue\r\nContent-Type: application/json\r\nContent-Length: "
            + body.length()
            + "\r\nConnection: close\r\nAuthorization: Bearer "
            + api.token("maker")
            + "\r\n\r\n"
            + body;
    String answer = api.raw("POST /things HTTP/1.1\r\n" + head);
    assertThat(answer).startsWith("HTTP/1.1 100").contains("HTTP/1.1 201");
    assertThat(answer.split("100 Continue", -1)).hasSize(2);
    assertThat(api.raw("POST /things HTTP/1.0\r\n" + head)).startsWith("HTTP/1.0 201");
  }

  @Test
  void only_a_connection_whose_body_is_incomplete_is_closed_after_10_s() throws IOException {
    String head = " HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n";
    api.http.router().post("/things/refused").order(-1).handler(RequestGuardsTest::refuseUnread);
    try (Socket answered = api.connect();
        Socket whole = api.connect()) {
      for (Socket socket : List.of(answered, whole)) {
        int announced = socket == whole ? 4 : 5;
        String request = "POST /things/refused" + head.formatted(announced) + "four";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      }
      assertThat(api.raw("POST /things" + head.formatted(50_000))).isEmpty();
      assertThat(new String(answered.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .startsWith("HTTP/1.1 401");
      String next = "GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
      whole.getOutputStream().write(next.getBytes(StandardCharsets.US_ASCII));
      assertThat(new String(whole.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .containsPattern("(?s)HTTP/1.1 401.*HTTP/1.1 404");
    }
  }

  /** Refuses a request before its body is read, as the gateway's proxy does. */
  private static void refuseUnread(RoutingContext ctx) {
    ctx.request().pause();
    ctx.fail(401);
  }

  @Test
  void dev_routes_are_served_only_for_a_loopback_name() throws IOException {
    HttpApi dev = api.create("dev-things.yaml");
    dev.router().post("/dev/things").respond(ctx -> Future.succeededFuture());
    int port = dev.listen(0).await();
    for (String host :
        List.of("localhost", "LOCALHOST:8088", "127.0.0.1", "127.1.2.255:80", "[::1]:8088")) {
      assertThat(TestApi.raw(port, devRequest(host))).as(host).startsWith("HTTP/1.1 204");
    }
    for (String host :
        List.of(
            "evil.example:8088",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "127.evil.example",
            "127.0.0.256",
            "192.168.0.7",
            "[::2]",
            "[::ffff:7f00:1]")) {
      assertThat(TestApi.raw(port, devRequest(host))).as(host).startsWith("HTTP/1.1 403");
    }
    assertThat(TestApi.raw(port, "POST /dev/things HTTP/1.0\r\nContent-Length: 0\r\n\r\n"))
        .contains(" 403 ");
  }

  private static String devRequest(String host) {
    return "POST /dev/things HTTP/1.1\r\nHost: "
        + host
        + "\r\nOrigin: http://"
        + host
        + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  }
}
