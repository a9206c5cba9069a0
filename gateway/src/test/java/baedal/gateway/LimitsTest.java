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

/** Who is slow or large gets an error or is cut off, and the gateway goes on. */
class LimitsTest {

  private static final int ROOM = 40;
  private static final int ROOM_FOR_ONE = 30;

  private final TestGateway front =
      new TestGateway(
          Map.of(
              "HEAD_TIMEOUT", "2s",
              "IDLE_TIMEOUT", "3s",
              "UPSTREAM_TIMEOUT", "60s",
              "MAX_CONNECTIONS", "" + ROOM,
              "MAX_CONNECTIONS_PER_ADDRESS", "" + ROOM_FOR_ONE));
  private final List<String> reached = new CopyOnWriteArrayList<>();

  LimitsTest() {
    front.service =
        request -> {
          reached.add(request.method() + " " + request.uri());
          request.response().end("fine");
        };
  }

  @AfterEach
  void stop() {
    front.close();
  }

  private void goesOn() {
    assertThat(front.ask("GET /orders HTTP/1.1")).startsWith("HTTP/1.1 200").endsWith("fine");
  }

  /** Writes a byte now and then until the other side has enough. */
  private static void drip(Socket socket, String bytes) throws Exception {
    try {
      for (byte b : bytes.getBytes(StandardCharsets.US_ASCII)) {
        socket.getOutputStream().write(b);
        Thread.sleep(200);
      }
      throw new AssertionError("never cut off");
    } catch (SocketException e) {
      assertThat(socket.isConnected()).isTrue();
    }
  }

  @Test
  void who_sends_a_request_a_byte_at_a_time_is_cut_off() throws Exception {
    try (Socket socket = front.connect()) {
      drip(socket, "GET /orders HTTP/1.1\r\nHost: gateway\r\nX-Slow: " + "x".repeat(150));
    }
    assertThat(reached).isEmpty();
    goesOn();
  }

  @Test
  void who_does_so_after_a_first_good_request_is_cut_off_too() throws Exception {
    try (Socket socket = front.connect()) {
      socket
          .getOutputStream()
          .write("GET /stores HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(socket.getInputStream().read()).isEqualTo('H');
      drip(socket, "GET /orders HTTP/1.1\r\nHost: gateway\r\nX-Slow: " + "x".repeat(150));
    }
    goesOn();
  }

  @Test
  void who_says_nothing_is_cut_off() throws IOException {
    try (Socket socket = front.connect()) {
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void who_waits_for_an_answer_is_not() {
    front.service = request -> front.vertx.setTimer(5_000, id -> request.response().end("at last"));
    assertThat(front.ask("GET /orders HTTP/1.1")).endsWith("at last");
  }

  @Test
  void a_full_house_takes_no_more_and_is_open_again_when_there_is_room() throws Exception {
    front.service = request -> {};
    List<Socket> guests = guests(2, ROOM / 2);
    guests.addAll(guests(3, ROOM / 2));
    AtomicInteger refused = new AtomicInteger();
    await()
        .until(
            () -> {
              refused.addAndGet(front.ask("GET /nothing HTTP/1.1").isEmpty() ? 1 : 0);
              return refused.get() > 0;
            });
    for (Socket guest : guests) {
      guest.close();
    }
    await().until(() -> front.ask("GET /nothing HTTP/1.1").startsWith("HTTP/1.1 404"));
  }

  @Test
  void one_address_cannot_take_the_room_of_the_others() throws Exception {
    front.service = request -> {};
    List<Socket> guests = guests(2, ROOM_FOR_ONE);
    await().until(() -> !isAnswered(2));
    assertThat(front.ask("GET /nothing HTTP/1.1")).startsWith("HTTP/1.1 404");
    guests.get(0).close();
    await().until(() -> isAnswered(2));
  }

  private boolean isAnswered(int address) {
    try (Socket guest = front.connect(address)) {
      ask(guest, "/nothing");
      return guest.getInputStream().read() >= 0;
    } catch (IOException cutOff) {
      return false;
    }
  }

  /** So many from one address, who all wait for an answer. */
  private List<Socket> guests(int address, int count) throws IOException {
    List<Socket> guests = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Socket guest = front.connect(address);
      ask(guest, "/stores");
      guests.add(guest);
    }
    return guests;
  }

  private static void ask(Socket guest, String path) throws IOException {
    String request = "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n";
    guest.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
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
    assertThat(front.raw(line + "X-Giant: " + "x".repeat(33_000) + "\r\n\r\n"))
        .startsWith("HTTP/1.1 431")
        .contains("application/problem+json", "33011 of them X-Giant", "32768 bytes at most");
    assertThat(front.raw("GET /" + "x".repeat(4_100) + " HTTP/1.1\r\nHost: x\r\n\r\n"))
        .contains(" 414 ");
    assertThat(reached).isEmpty();
    goesOn();
  }

  @Test
  void the_token_of_somebody_with_hundreds_of_groups_is_passed_on() {
    front.service = request -> request.response().end("" + request.getHeader("X-Groups").length());
    assertThat(front.ask("GET /orders HTTP/1.1", "X-Groups: " + "g".repeat(30_000)))
        .startsWith("HTTP/1.1 200")
        .endsWith("30000");
  }

  @Test
  void however_many_requests_come_before_the_first_answer_each_gets_its_own() {
    int many = 2_000;
    front.service = request -> front.vertx.setTimer(10, id -> request.response().end("{}"));
    String asked = "GET /health HTTP/1.1\r\nHost: gateway\r\n";
    String answers = front.raw((asked + "\r\n").repeat(many) + asked + "Connection: close\r\n\r\n");
    assertThat(answers.split("HTTP/1\\.1 200", -1)).hasSize(many + 2);
  }

  @Test
  void who_goes_on_with_a_body_after_the_answer_is_cut_off() throws Exception {
    try (Socket socket = front.connect()) {
      String head = "POST /orders HTTP/1.1\r\nHost: gateway\r\nContent-Length: 1000\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      assertThat(socket.getInputStream().readNBytes(12)).asString().isEqualTo("HTTP/1.1 401");
      drip(socket, "x".repeat(150));
    }
    goesOn();
  }

  @Test
  void who_is_refused_before_the_body_was_read_may_ask_on() throws Exception {
    String refused = "POST /orders HTTP/1.1\r\nHost: gateway\r\nContent-Length: 5\r\n\r\nhello";
    String answers =
        front.raw(refused + "GET /stores HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n");
    assertThat(answers).startsWith("HTTP/1.1 401").contains("HTTP/1.1 200").endsWith("fine");
  }

  /** A 4xx, or a closed connection. */
  private boolean refused(String request) {
    String answer = front.raw(request);
    return answer.isEmpty() || answer.matches("(?s)HTTP/1\\.[01] 4\\d\\d .*");
  }
}
