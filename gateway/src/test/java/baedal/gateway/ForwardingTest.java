package baedal.gateway;

import static baedal.testkit.Eventually.await;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How the gateway forwards one request and its response: headers, body and trace. */
class ForwardingTest {

  private static final String BIG = "x".repeat(60_000);

  private final TestGateway gateway =
      new TestGateway(Map.of("UPSTREAM_TIMEOUT", "2s", "MAX_REQUESTS_PER_SUBJECT", "0"));

  @AfterEach
  void stop() {
    gateway.close();
  }

  @Test
  void a_request_is_503_if_the_service_closes_the_connection_during_the_body() throws Exception {
    AtomicInteger closed = new AtomicInteger();
    gateway.service =
        request -> request.connection().close().onComplete(done -> closed.incrementAndGet());
    for (int i = 1; i <= 20; i++) {
      int round = i;
      try (Socket socket = gateway.connect()) {
        OutputStream out = socket.getOutputStream();
        String head =
            "POST /orders HTTP/1.1\r\nHost: x\r\nAuthorization: "
                + gateway.bearer()
                + "\r\nContent-Length: "
                + BIG.length()
                + "\r\n\r\n";
        out.write(head.getBytes(US_ASCII));
        out.write(BIG.substring(1).getBytes(US_ASCII));
        await().until(() -> closed.get() >= round);
        out.write('x');
        String answer =
            new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII)).readLine();
        assertThat(answer).contains(" 503 ");
      }
    }
  }

  @Test
  void hop_by_hop_headers_are_not_forwarded() throws Exception {
    Map<String, String> received = new HashMap<>();
    gateway.service =
        request -> {
          request
              .headers()
              .forEach(
                  header ->
                      received.put(header.getKey().toLowerCase(Locale.ROOT), header.getValue()));
          request
              .response()
              .putHeader("Connection", "close")
              .putHeader("Keep-Alive", "9")
              .end("fine");
        };
    String answer =
        raw(
            "GET /orders/1 HTTP/1.1",
            "fine",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "TE: trailers");
    assertThat(answer).startsWith("HTTP/1.1 200").endsWith("fine");
    assertThat(answer.toLowerCase(Locale.ROOT))
        .doesNotContain("connection: close")
        .doesNotContain("keep-alive");
    assertThat(received).doesNotContainKeys("upgrade", "te").containsKey("authorization");
  }

  @Test
  void a_204_is_forwarded_without_a_body() throws Exception {
    gateway.service = request -> request.response().setStatusCode(204).end();
    String answer = raw("PUT /riders/me/location HTTP/1.1", "\r\n\r\n", "Content-Length: 0");
    assertThat(answer).startsWith("HTTP/1.1 204");
    assertThat(answer.toLowerCase(Locale.ROOT)).doesNotContain("transfer-encoding");
  }

  @Test
  void a_client_that_expects_100_continue_gets_it() throws Exception {
    gateway.service =
        request -> request.body().onSuccess(body -> request.response().end("got " + body));
    Buffer received = Buffer.buffer();
    NetSocket socket = connect(received);
    socket.write(head("POST /orders HTTP/1.1", "Expect: 100-continue", "Content-Length: 4"));
    await().until(() -> text(received).contains("HTTP/1.1 100"));
    socket.write("body");
    await().until(() -> text(received).endsWith("got body"));
  }

  @Test
  void a_request_that_expects_100_continue_is_refused_before_its_body() throws Exception {
    String expect = "Expect: 100-continue";
    String tooLarge = raw("POST /orders HTTP/1.1", "}", expect, "Content-Length: 70000");
    assertThat(tooLarge).startsWith("HTTP/1.1 413").doesNotContain("100 Continue");
    String unknown = raw("POST /orders HTTP/1.1", "}", "Expect: x", "Content-Length: 4");
    assertThat(unknown).startsWith("HTTP/1.1 417");
    Buffer received = Buffer.buffer();
    NetSocket socket = connect(received);
    Future<Void> closed = Future.future(end -> socket.closeHandler(end::complete));
    socket.write("POST /orders HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n" + expect + "\r\n\r\n");
    await().until(closed::isComplete);
    assertThat(text(received)).startsWith("HTTP/1.1 401").doesNotContain("100 Continue");
  }

  @Test
  void a_service_receives_the_trace_of_the_client_once() throws Exception {
    List<String> traces = new CopyOnWriteArrayList<>();
    gateway.service =
        request -> {
          traces.addAll(request.headers().getAll("traceparent"));
          request.response().end("fine");
        };
    String trace = "0af7651916cd43dd8448eb211c80319c";
    raw("GET /orders/1 HTTP/1.1", "fine", "traceparent: 00-" + trace + "-b7ad6b7169203331-01");
    assertThat(traces).hasSize(1).allMatch(header -> header.contains(trace));
  }

  private NetSocket connect(Buffer received) {
    NetSocket socket =
        gateway.vertx.createNetClient().connect(gateway.port(), TestGateway.LOOPBACK).await();
    socket.handler(
        bytes -> {
          synchronized (received) {
            received.appendBuffer(bytes);
          }
        });
    return socket;
  }

  private static String text(Buffer received) {
    synchronized (received) {
      return received.toString();
    }
  }

  private String head(String requestLine, String... headers) {
    return requestLine
        + "\r\nHost: gateway\r\nAuthorization: "
        + gateway.bearer()
        + "\r\n"
        + String.join("", Stream.of(headers).map(header -> header + "\r\n").toList())
        + "\r\n";
  }

  /** Sends a request as text. Returns the received text as soon as it contains {@code until}. */
  private String raw(String requestLine, String until, String... headers) {
    Buffer received = Buffer.buffer();
    NetSocket socket = connect(received);
    socket.write(head(requestLine, headers));
    await().until(() -> text(received).contains(until));
    socket.close();
    return text(received);
  }
}
