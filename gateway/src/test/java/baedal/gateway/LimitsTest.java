package baedal.gateway;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Slow clients, large requests and too many connections are refused, and others are served. */
class LimitsTest {

  private static final int MAX_CONNECTIONS = 40;
  private static final int MAX_PER_ADDRESS = 30;

  private final TestGateway gateway =
      new TestGateway(
          Map.of(
              "HEAD_TIMEOUT", "2s",
              "IDLE_TIMEOUT", "3s",
              "UPSTREAM_TIMEOUT", "60s",
              "MAX_CONNECTIONS", "" + MAX_CONNECTIONS,
              "MAX_CONNECTIONS_PER_ADDRESS", "" + MAX_PER_ADDRESS));
  private final List<String> received = new CopyOnWriteArrayList<>();

  LimitsTest() {
    gateway.service =
        request -> {
          received.add(request.method() + " " + request.uri());
          request.response().end("fine");
        };
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private void assertOthersAreServed() {
    assertThat(gateway.ask("GET /orders HTTP/1.1")).startsWith("HTTP/1.1 200").endsWith("fine");
  }

  /** Writes a byte every 200 ms until the gateway closes the connection. */
  private static void writeSlowly(Socket socket, String bytes) throws Exception {
    try {
      for (byte b : bytes.getBytes(StandardCharsets.US_ASCII)) {
        socket.getOutputStream().write(b);
        Thread.sleep(200);
      }
      throw new AssertionError("the gateway did not close the connection");
    } catch (SocketException e) {
      assertThat(socket.isConnected()).isTrue();
    }
  }

  @Test
  void a_connection_with_a_slow_request_head_is_closed() throws Exception {
    try (Socket socket = gateway.connect()) {
      writeSlowly(socket, "GET /orders HTTP/1.1\r\nHost: gateway\r\nX-Slow: " + "x".repeat(150));
    }
    assertThat(received).isEmpty();
    assertOthersAreServed();
  }

  @Test
  void a_connection_with_a_slow_second_request_is_closed() throws Exception {
    try (Socket socket = gateway.connect()) {
      socket
          .getOutputStream()
          .write("GET /stores HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(socket.getInputStream().read()).isEqualTo('H');
      writeSlowly(socket, "GET /orders HTTP/1.1\r\nHost: gateway\r\nX-Slow: " + "x".repeat(150));
    }
    assertOthersAreServed();
  }

  @Test
  void a_silent_connection_is_closed() throws IOException {
    try (Socket socket = gateway.connect()) {
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void a_connection_that_waits_for_a_response_is_not_closed() {
    gateway.service =
        request -> gateway.vertx.setTimer(5_000, id -> request.response().end("at last"));
    assertThat(gateway.ask("GET /orders HTTP/1.1")).endsWith("at last");
  }

  @Test
  void at_the_maximum_no_connection_is_accepted_until_one_is_closed() throws Exception {
    gateway.service = request -> {};
    List<Socket> clients = waitingClients(2, MAX_CONNECTIONS / 2);
    clients.addAll(waitingClients(3, MAX_CONNECTIONS / 2));
    AtomicInteger refused = new AtomicInteger();
    await()
        .until(
            () -> {
              refused.addAndGet(gateway.ask("GET /nothing HTTP/1.1").isEmpty() ? 1 : 0);
              return refused.get() > 0;
            });
    for (Socket client : clients) {
      client.close();
    }
    await().until(() -> gateway.ask("GET /nothing HTTP/1.1").startsWith("HTTP/1.1 404"));
  }

  @Test
  void one_address_cannot_use_up_the_connections_of_others() throws Exception {
    gateway.service = request -> {};
    List<Socket> clients = waitingClients(2, MAX_PER_ADDRESS);
    await().until(() -> !isAnswered(2));
    assertThat(gateway.ask("GET /nothing HTTP/1.1")).startsWith("HTTP/1.1 404");
    clients.get(0).close();
    await().until(() -> isAnswered(2));
  }

  private boolean isAnswered(int address) {
    try (Socket client = gateway.connect(address)) {
      ask(client, "/nothing");
      return client.getInputStream().read() >= 0;
    } catch (IOException cutOff) {
      return false;
    }
  }

  /** Connections from one address that all wait for a response. */
  private List<Socket> waitingClients(int address, int count) throws IOException {
    List<Socket> clients = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Socket client = gateway.connect(address);
      ask(client, "/stores");
      clients.add(client);
    }
    return clients;
  }

  private static void ask(Socket client, String path) throws IOException {
    String request = "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n";
    client.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void ten_thousand_headers_a_giant_header_and_a_giant_path_are_refused() {
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 10_000; i++) {
      many.append("h").append(i).append(": x\r\n");
    }
    String line = "GET /orders HTTP/1.1\r\nHost: gateway\r\n";
    assertThat(refused(line + many + "\r\n")).isTrue();
    assertThat(refused(line + "X-Giant: " + "x".repeat(1_000_000) + "\r\n\r\n")).isTrue();
    assertThat(refused("GET /" + "x".repeat(1_000_000) + " HTTP/1.1\r\nHost: x\r\n\r\n")).isTrue();
    assertThat(gateway.raw(line + "X-Giant: " + "x".repeat(33_000) + "\r\n\r\n"))
        .startsWith("HTTP/1.1 431")
        .contains("application/problem+json", "33011 of them in X-Giant", "at most 32768 bytes");
    assertThat(gateway.raw("GET /" + "x".repeat(4_100) + " HTTP/1.1\r\nHost: x\r\n\r\n"))
        .contains(" 414 ");
    assertThat(received).isEmpty();
    assertOthersAreServed();
  }

  @Test
  void header_fields_of_30_000_bytes_are_forwarded() {
    gateway.service =
        request -> request.response().end("" + request.getHeader("X-Groups").length());
    assertThat(gateway.ask("GET /orders HTTP/1.1", "X-Groups: " + "g".repeat(30_000)))
        .startsWith("HTTP/1.1 200")
        .endsWith("30000");
  }

  @Test
  void each_of_many_pipelined_requests_gets_its_response() {
    int many = 2_000;
    gateway.service = request -> gateway.vertx.setTimer(1, id -> request.response().end("{}"));
    String asked = "GET /health HTTP/1.1\r\nHost: gateway\r\n";
    String answers =
        gateway.raw((asked + "\r\n").repeat(many) + asked + "Connection: close\r\n\r\n");
    assertThat(answers.split("HTTP/1\\.1 200", -1)).hasSize(many + 2);
  }

  @Test
  void a_slow_body_after_the_response_ends_the_connection() throws Exception {
    try (Socket socket = gateway.connect()) {
      String head = "POST /orders HTTP/1.1\r\nHost: gateway\r\nContent-Length: 1000\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      assertThat(socket.getInputStream().readNBytes(12)).asString().isEqualTo("HTTP/1.1 401");
      writeSlowly(socket, "x".repeat(150));
    }
    assertOthersAreServed();
  }

  @Test
  void a_request_after_a_refused_one_with_an_unread_body_is_served() throws Exception {
    String refused = "POST /orders HTTP/1.1\r\nHost: gateway\r\nContent-Length: 5\r\n\r\nhello";
    String answers =
        gateway.raw(refused + "GET /stores HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n");
    assertThat(answers).startsWith("HTTP/1.1 401").contains("HTTP/1.1 200").endsWith("fine");
  }

  /** Whether the answer is a 4xx, or the gateway closed the connection without an answer. */
  private boolean refused(String request) {
    String answer = gateway.raw(request);
    return answer.isEmpty() || answer.matches("(?s)HTTP/1\\.[01] 4\\d\\d .*");
  }
}
