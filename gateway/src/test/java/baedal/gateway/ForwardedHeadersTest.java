package baedal.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.runtime.TraceConverter;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** The headers by which a service receives the address of the client and the id of the request. */
class ForwardedHeadersTest {

  private static final String CHECKOUT =
      "{\"order\":" + TestGateway.ORDER + ",\"payment\":{\"method\":\"KAKAO_PAY\"}}";

  private TestGateway gateway = new TestGateway(Map.of());
  private final List<MultiMap> received = new CopyOnWriteArrayList<>();

  ForwardedHeadersTest() {
    gateway.service = this::serve;
  }

  private void serve(HttpServerRequest request) {
    received.add(MultiMap.caseInsensitiveMultiMap().addAll(request.headers()));
    request
        .response()
        .setStatusCode(201)
        .putHeader("X-Request-Id", "the-services-own")
        .end("{\"orderId\":\"o-1\"}");
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private String checkout(String... headers) {
    String head = "Content-Type: application/json\r\nContent-Length: " + CHECKOUT.length();
    return gateway.raw(
        "POST /checkouts HTTP/1.1\r\nHost: gateway\r\nAuthorization: "
            + gateway.bearer()
            + "\r\n"
            + head
            + "\r\n"
            + String.join("\r\n", headers)
            + "\r\nConnection: close\r\n\r\n"
            + CHECKOUT);
  }

  @Test
  void forwarding_headers_of_a_client_are_replaced() {
    String[] forged = {
      "Forwarded: for=6.6.6.6;host=evil;proto=https",
      "X-Forwarded-For: 6.6.6.6",
      "X-Forwarded-For: 6.6.6.7",
      "x-forwarded-host: evil",
      "X-Forwarded-Proto: https",
      "X-Forwarded-Port: 1",
      "X-Forwarded-Prefix: /evil",
      "X-Real-IP: 6.6.6.6"
    };
    assertServicesReceive("127.0.0.1", forged);
    for (MultiMap headers : received) {
      assertThat(headers.getAll("X-Forwarded-Host")).containsExactly("gateway");
      assertThat(headers.getAll("X-Forwarded-Proto")).containsExactly("http");
      assertThat(headers.names())
          .doesNotContain("X-Forwarded-Port", "X-Forwarded-Prefix", "X-Real-IP");
    }
  }

  @Test
  void behind_a_trusted_proxy_a_service_receives_the_address_of_the_client() {
    gateway.close();
    gateway = new TestGateway(Map.of("TRUSTED_PROXIES", "127.0.0.0/8"));
    gateway.service = this::serve;
    String[] chain = {"X-Forwarded-For: 6.6.6.6, 203.0.113.7", "X-Forwarded-Host: evil"};
    assertServicesReceive("203.0.113.7", chain);
  }

  /** Checks the headers of one forwarded request and of both calls of a checkout. */
  private void assertServicesReceive(String client, String... headers) {
    gateway.ask("GET /orders HTTP/1.1", headers);
    checkout(headers);
    assertThat(received).hasSize(3);
    for (MultiMap each : received) {
      assertThat(each.getAll("Forwarded"))
          .containsExactly("for=" + client + ";host=\"gateway\";proto=http");
      assertThat(each.getAll("X-Forwarded-For")).containsExactly(client);
    }
  }

  @Test
  void a_request_id_is_the_same_in_the_response_and_at_every_service() {
    for (String answer :
        List.of(
            gateway.ask("GET /orders HTTP/1.1", "X-Request-Id: app.7_A-9"),
            checkout("X-Request-Id: app.7_A-9"))) {
      assertThat(TestGateway.header(answer, "X-Request-Id")).containsExactly("app.7_A-9");
    }
    assertThat(received)
        .hasSize(3)
        .allSatisfy(
            headers -> assertThat(headers.getAll("X-Request-Id")).containsExactly("app.7_A-9"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a b",
        "a;b",
        "<script>",
        "é",
        "0123456789012345678901234567890123456789012345678901234567890123x"
      })
  void a_request_id_that_is_not_safe_in_a_log_is_replaced(String odd) {
    String answer = gateway.ask("GET /orders HTTP/1.1", "X-Request-Id: " + odd);
    assertThat(TestGateway.header(answer, "X-Request-Id"))
        .singleElement()
        .asString()
        .matches("[0-9a-f-]{36}")
        .isEqualTo(received.get(0).get("X-Request-Id"));
  }

  @Test
  void http_1_0_needs_no_host_and_its_response_is_not_chunked() {
    gateway.service =
        request -> {
          received.add(MultiMap.caseInsensitiveMultiMap().addAll(request.headers()));
          request.response().setChunked(true).write("fi");
          request.response().end("ne");
        };
    String bearer = "Authorization: " + gateway.bearer() + "\r\n\r\n";
    String answer = gateway.raw("GET /orders HTTP/1.0\r\n" + bearer);
    assertThat(answer).startsWith("HTTP/1.0 200").endsWith("\r\n\r\nfine");
    assertThat(received.get(0).get("Forwarded")).isEqualTo("for=127.0.0.1;proto=http");
    assertThat(received.get(0).contains("X-Forwarded-Host")).isFalse();
    assertThat(gateway.raw("GET /health HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.0 200");
    assertThat(gateway.raw("GET /orders HTTP/1.1\r\nConnection: close\r\n" + bearer))
        .startsWith("HTTP/1.1 400");
  }

  @Test
  void the_response_to_a_refused_request_has_a_request_id() {
    for (String request :
        List.of(
            "GET /orders HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
            "GET /orders HTTP/1.1\r\nConnection: close\r\n\r\n",
            "GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
            "GET /nothing HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n",
            "GET /" + "x".repeat(5_000) + " HTTP/1.1\r\nHost: x\r\n\r\n")) {
      assertThat(TestGateway.header(gateway.raw(request), "X-Request-Id")).as(request).hasSize(1);
    }
  }

  @Test
  void a_log_line_contains_the_id_of_its_request() throws Exception {
    List<String> lines = new CopyOnWriteArrayList<>();
    TraceConverter converter = new TraceConverter();
    AppenderBase<ILoggingEvent> appender =
        new AppenderBase<>() {
          @Override
          protected void append(ILoggingEvent event) {
            lines.add(event.getLoggerName() + " " + converter.convert(event));
          }
        };
    Logger logger = (Logger) LoggerFactory.getLogger("baedal");
    appender.start();
    logger.addAppender(appender);
    try {
      gateway.service = request -> request.response().setStatusCode(201).end("no json");
      checkout("X-Request-Id: app-7");
      assertThat(lines)
          .anyMatch(
              line ->
                  line.startsWith("baedal.gateway.Checkout") && line.contains("requestId=app-7 "));
    } finally {
      logger.detachAppender(appender);
    }
  }
}
