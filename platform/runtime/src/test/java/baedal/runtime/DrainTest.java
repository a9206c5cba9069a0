package baedal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When the server of a service ends its connections, over real sockets. */
class DrainTest {

  private static final String REQUEST =
      "GET %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n";
  private static final Duration NEVER_ENDS = Duration.ofDays(1);

  private final TestApi api = TestApi.things();

  @AfterEach
  void stop() {
    api.close();
  }

  @Test
  void a_connection_ends_with_the_first_response_after_30_seconds() throws IOException {
    try (Socket old = api.connect()) {
      send(old, "/things/1");
      assertThat(head(old)).startsWith("HTTP/1.1 200").doesNotContain("connection: close");
      api.age(ConnectionLifetime.MAX_AGE.minusMillis(1));
      send(old, "/things/2");
      assertThat(head(old)).startsWith("HTTP/1.1 200").doesNotContain("connection: close");
      api.age(Duration.ofMillis(1));
      try (Socket young = api.connect()) {
        send(young, "/things/3");
        assertThat(head(young)).doesNotContain("connection: close");
      }
      send(old, "/things/4");
      assertThat(untilClosed(old)).startsWith("HTTP/1.1 200").contains("connection: close");
    }
  }

  @Test
  void a_draining_service_is_not_ready_and_answers_new_and_open_connections() throws IOException {
    try (Socket open = api.connect()) {
      send(open, "/things/1");
      assertThat(head(open)).startsWith("HTTP/1.1 200");
      Future<Void> drained = api.http.drain(NEVER_ENDS);
      try (Socket probe = api.connect()) {
        send(probe, "/health/ready");
        assertThat(untilClosed(probe)).startsWith("HTTP/1.1 503").contains("connection: close");
      }
      send(open, "/things/2");
      assertThat(untilClosed(open)).startsWith("HTTP/1.1 200").contains("connection: close");
      assertThat(drained.isComplete()).isFalse();
    }
  }

  @Test
  void a_request_in_progress_is_answered_while_the_service_closes() throws IOException {
    try (Socket open = api.connect()) {
      send(open, "/things/slow");
      api.slowThingRequested.future().await();
      api.http.drain(Duration.ZERO).await();
      Future<Void> closed = api.http.close();
      api.slowThing.complete(new TestApi.Thing("slow", Instant.EPOCH));
      assertThat(untilClosed(open)).startsWith("HTTP/1.1 201");
      closed.await();
    }
  }

  private void send(Socket socket, String path) throws IOException {
    String request = REQUEST.formatted(path, api.token("maker"));
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
  }

  /** Reads a response, whose body is one JSON object. */
  private static String head(Socket socket) throws IOException {
    StringBuilder response = new StringBuilder();
    while (!response.toString().endsWith("}")) {
      response.append((char) socket.getInputStream().read());
    }
    return response.toString();
  }

  private static String untilClosed(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }
}
