package baedal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.spi.ILoggingEvent;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.client.HttpResponse;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How failures of requests become problem documents. */
class ProblemsTest {

  private final TestApi api = TestApi.things();

  @AfterEach
  void stop() {
    api.close();
  }

  @Test
  void an_outage_is_a_503_that_says_when_to_retry() {
    var outage = api.get("/things?near=1,2");
    assertThat(outage.statusCode()).isEqualTo(503);
    assertThat(outage.getHeader("Retry-After")).isEqualTo("2");
    assertThat(api.get("/things/later").getHeader("Retry-After")).isEqualTo("2");
    assertThat(api.get("/things/taken").bodyAsJsonObject().getString("type"))
        .isEqualTo("/problems/taken");
  }

  @Test
  void the_response_to_a_bug_hides_its_message_and_has_a_trace_id() {
    var bug = api.get("/things/bug");
    assertThat(bug.statusCode()).isEqualTo(500);
    assertThat(bug.bodyAsString()).doesNotContain("secret").contains("traceId");
  }

  @Test
  void a_client_that_resets_its_connection_is_not_logged_as_an_outage() throws Exception {
    AtomicInteger arrived = new AtomicInteger();
    api.http
        .router()
        .post("/things")
        .order(HttpApi.BODY_DEADLINE_ORDER - 1)
        .handler(
            ctx -> {
              arrived.incrementAndGet();
              ctx.next();
            });
    List<ILoggingEvent> logged =
        LoggedWarnings.during(
            () -> {
              for (int i = 0; i < 20; i++) {
                try (Socket socket = api.connect()) {
                  socket.setSoLinger(true, 0);
                  socket
                      .getOutputStream()
                      .write(
                          "POST /things HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"
                              .getBytes(StandardCharsets.US_ASCII));
                  int request = i + 1;
                  Awaitility.await().until(() -> arrived.get() == request);
                }
              }
              assertThat(api.get("/things/7").statusCode()).isEqualTo(200);
            });
    assertThat(logged).isEmpty();
  }

  @Test
  void unknown_paths_unknown_methods_and_undecodable_targets_get_a_problem() {
    assertThat(api.get("/nothing").getHeader("Content-Type")).isEqualTo("application/problem+json");
    HttpResponse<Buffer> wrong = api.call(HttpMethod.DELETE, "/things", "maker", null);
    assertThat(wrong.statusCode()).isEqualTo(405);
    assertThat(wrong.getHeader("Allow")).isEqualTo("GET, HEAD, POST");
    assertThat(api.call(HttpMethod.PUT, "/things/7", "maker", null).getHeader("Allow"))
        .isEqualTo("GET, HEAD");
    for (String path : List.of("/things/%zz", "/things/%", "/things?near=%zz", "/things/a%00b")) {
      assertThat(api.get(path).statusCode()).as(path).isEqualTo(400);
    }
  }

  @Test
  void a_405_names_the_allowed_methods() {
    for (String path : List.of("/health/live", "/metrics", "/things/7", "/things/7/")) {
      HttpResponse<Buffer> wrong = api.call(HttpMethod.DELETE, path, "maker", null);
      assertThat(wrong.statusCode()).as(path).isEqualTo(405);
      assertThat(wrong.getHeader("Allow")).as(path).isEqualTo("GET, HEAD");
    }
  }
}
