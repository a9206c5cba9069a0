package baedal.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.runtime.Problems;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Ambiguous or invalid HTTP is refused, and the gateway serves the next request. */
class SmugglingTest {

  private static final List<String> RECEIVED = new CopyOnWriteArrayList<>();

  private static TestGateway gateway;

  @BeforeAll
  static void start() {
    gateway = new TestGateway(Map.of());
    gateway.service =
        request -> {
          RECEIVED.add(request.method() + " " + request.uri());
          request.response().end("fine");
        };
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  @BeforeEach
  void clear() {
    RECEIVED.clear();
  }

  private void assertOthersAreServed() {
    assertThat(gateway.ask("GET /orders HTTP/1.1")).startsWith("HTTP/1.1 200").endsWith("fine");
  }

  static List<String> ambiguous() {
    String smuggled = "GET /orders/smuggled HTTP/1.1\r\nHost: gateway\r\n\r\n";
    String chunked = "5\r\nhello\r\n0\r\n\r\n";
    return List.of(
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked + smuggled,
        "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n" + chunked + smuggled,
        "Content-Length: 4\r\nContent-Length: 5\r\n\r\nhello" + smuggled,
        "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello" + smuggled,
        "Content-Length: 5, 5\r\n\r\nhello" + smuggled,
        "Content-Length: +5\r\n\r\nhello" + smuggled,
        "Content-Length: -5\r\n\r\nhello" + smuggled,
        "Content-Length: 0x5\r\n\r\nhello" + smuggled,
        "Content-Length: 5 5\r\n\r\nhello" + smuggled,
        "Content-Length: 99999999999999999999\r\n\r\nhello" + smuggled,
        "Content-Length : 5\r\n\r\nhello" + smuggled,
        "Content-Length:\r\n 5\r\n\r\nhello" + smuggled,
        "X-Folded: a\r\n b\r\nContent-Length: 5\r\n\r\nhello" + smuggled,
        "X-Folded: a\r\n\tTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\nhello" + smuggled,
        " X-Leading: a\r\nContent-Length: 5\r\n\r\nhello" + smuggled,
        "Transfer-Encoding : chunked\r\n\r\n" + chunked + smuggled,
        "Transfer-Encoding: xchunked\r\n\r\n" + chunked + smuggled,
        "Transfer-Encoding: chunked, identity\r\n\r\n" + chunked + smuggled,
        "Transfer-Encoding: identity\r\nContent-Length: 5\r\n\r\nhello" + smuggled,
        "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked + smuggled,
        "Transfer-Encoding: \u000bchunked\r\n\r\n" + chunked + smuggled,
        "Transfer-Encoding: chunked\r\n\r\n5;a\n\r\nhello\r\n0\r\n\r\n" + smuggled,
        "Transfer-Encoding: chunked\r\n\r\n5\nhello\n0\n\n" + smuggled,
        "Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n" + smuggled,
        "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nhello\r\n0\r\n\r\n" + smuggled,
        "X-Nul: a\0b\r\nContent-Length: 5\r\n\r\nhello" + smuggled,
        "X-Cr: a\rTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\nhello" + smuggled,
        "no colon\r\nContent-Length: 5\r\n\r\nhello" + smuggled,
        ": no name\r\nContent-Length: 5\r\n\r\nhello" + smuggled);
  }

  @ParameterizedTest
  @MethodSource("ambiguous")
  void an_ambiguous_request_is_refused(String rest) {
    String answer =
        gateway.raw(
            "POST /orders HTTP/1.1\r\nHost: gateway\r\nAuthorization: "
                + gateway.bearer()
                + "\r\n"
                + rest);
    assertThat(answer).matches("(?s)|HTTP/1\\.[01] 4\\d\\d .*");
    assertThat(answer.split("HTTP/1\\.[01] ", -1)).hasSizeLessThanOrEqualTo(2);
    assertThat(RECEIVED).doesNotContain("GET /orders/smuggled");
    assertOthersAreServed();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\u0001GET /stores HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "\r\n\0GET /stores HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        " GET /stores HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "POST /stores HTTP/1.0\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET /stores HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /stores HTTP/3.0\r\nHost: x\r\n\r\n",
        "GET ftp://x/stores HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET stores HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /stores\r\n\r\n",
        "G\u0000T /stores HTTP/1.1\r\nHost: x\r\n\r\n",
        "CONNECT gateway:80 HTTP/1.1\r\nHost: gateway:80\r\nConnection: close\r\n\r\n"
      })
  void invalid_http_is_refused(String request) {
    String answer = gateway.raw(request);
    assertThat(answer).matches("(?s)|HTTP/1\\.[01] 4\\d\\d .*");
    assertThat(RECEIVED).isEmpty();
    assertOthersAreServed();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/orders", "/checkouts"})
  void an_invalid_chunked_body_is_refused_and_logs_no_server_error(String path) {
    Logger logger = (Logger) LoggerFactory.getLogger(Problems.class);
    ListAppender<ILoggingEvent> logged = new ListAppender<>();
    logged.start();
    logger.addAppender(logged);
    try {
      String head =
          "POST " + path + " HTTP/1.1\r\nHost: gateway\r\nAuthorization: " + gateway.bearer();
      String type = "\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
      for (String body : List.of("ZZ\r\n", "1\r\n{\r\nZZ\r\n")) {
        assertThat(gateway.raw(head + type + body)).matches("(?s)|HTTP/1\\.1 4\\d\\d .*");
      }
      assertOthersAreServed();
    } finally {
      logger.detachAppender(logged);
    }
    assertThat(logged.list).isEmpty();
  }

  private String inPieces(String... pieces) throws Exception {
    try (var socket = gateway.connect()) {
      socket.setTcpNoDelay(true);
      for (String piece : pieces) {
        socket.getOutputStream().write(piece.getBytes(StandardCharsets.US_ASCII));
        Thread.sleep(50);
      }
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void a_request_in_several_packets_is_decoded_strictly() throws Exception {
    String head =
        "POST /orders HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\nAuthorization: "
            + gateway.bearer()
            + "\r\n";
    assertThat(inPieces(head, "X-Folded: a\r\n", " b\r\n\r\n")).startsWith("HTTP/1.1 400");
    assertThat(RECEIVED).isEmpty();
    assertThat(inPieces(head, "Content-Length: 6\r\n", "\r\n \n \n \n")).startsWith("HTTP/1.1 200");
    assertThat(RECEIVED).containsExactly("POST /orders");
  }

  @Test
  void empty_lines_before_a_request_are_ignored() {
    assertThat(gateway.raw("\r\n\r\nGET /stores HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 200");
  }

  @Test
  void pipelined_requests_are_served() {
    String chunked =
        "POST /orders HTTP/1.1\r\nHost: gateway\r\nAuthorization: "
            + gateway.bearer()
            + "\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n {\r\n3\r\n\n \t\r\n0\r\n\r\n";
    String last = "GET /stores HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n";
    assertThat(gateway.raw(chunked + chunked + last).split("fine", -1)).hasSize(4);
    assertThat(RECEIVED).containsExactly("POST /orders", "POST /orders", "GET /stores");
  }
}
