package baedal.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.spi.ILoggingEvent;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.client.HttpResponse;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the server of every service does with requests and responses, over real HTTP. */
class HttpApiTest {

  private final TestApi api = TestApi.things();

  @AfterEach
  void stop() {
    api.close();
  }

  @Test
  void a_record_becomes_a_json_response_with_its_location() {
    var response = api.post(TestApi.THING);
    assertThat(response.statusCode()).isEqualTo(201);
    assertThat(response.getHeader("Location")).isEqualTo("/things/1");
    assertThat(response.bodyAsJsonObject().getString("at")).isEqualTo("1970-01-01T00:00:00Z");
  }

  @Test
  void head_is_answered_as_get_without_its_body() {
    HttpResponse<Buffer> read = api.get("/things/7");
    HttpResponse<Buffer> head = api.call(HttpMethod.HEAD, "/things/7", "maker", null);
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isNull();
    assertThat(head.getHeader("Content-Type")).isEqualTo(read.getHeader("Content-Type"));
    assertThat(api.call(HttpMethod.HEAD, "/things/bug", "maker", null).statusCode()).isEqualTo(500);
    assertThat(
            api.client.head(api.port(), TestApi.LOOPBACK, "/things/7").send().await().statusCode())
        .isEqualTo(401);
  }

  @Test
  void a_client_gets_a_503_when_the_handler_exceeds_the_response_timeout() throws Exception {
    List<ILoggingEvent> logged =
        LoggedWarnings.during(
            () -> {
              var slow = api.get("/things/slow");
              assertThat(slow.statusCode()).isEqualTo(503);
              assertThat(slow.getHeader("Retry-After")).isEqualTo("2");
              api.slowThing.complete(new TestApi.Thing("slow", Instant.EPOCH));
              assertThat(api.get("/things/1").statusCode()).isEqualTo(200);
            });
    assertThat(logged)
        .extracting(ILoggingEvent::getMessage)
        .containsExactly("response timeout: the client gets 503");
  }

  @Test
  void a_route_outside_the_contract_and_an_operation_without_a_route_stop_the_start() {
    HttpApi other = api.create("things.yaml");
    other.router().get("/secret").respond(ctx -> Future.succeededFuture());
    assertThatThrownBy(() -> other.listen(0).await())
        .hasMessageContaining("GET /secret is not in the contract")
        .hasMessageContaining("POST /things has no route");
  }

  @Test
  void a_request_line_or_header_over_its_limit_is_refused_with_a_problem() throws IOException {
    String line = api.raw("GET /things/" + "x".repeat(20_000) + " HTTP/1.1\r\nHost: x\r\n\r\n");
    assertThat(line).contains(" 414 ", Problems.MEDIA_TYPE, "\"status\":414");
    String header =
        api.raw("GET /things/1 HTTP/1.1\r\nHost: x\r\nX: " + "x".repeat(41_000) + "\r\n\r\n");
    assertThat(header)
        .contains(" 431 ", Problems.MEDIA_TYPE, "\"status\":431", "all header fields together");
    assertThat(api.raw("NONSENSE\r\n\r\n")).contains(" 400 ", Problems.MEDIA_TYPE);
  }

  @Test
  void a_service_accepts_more_header_bytes_than_the_gateway() {
    assertThat(
            api.client
                .get(api.port(), TestApi.LOOPBACK, "/health/live")
                .putHeader("X-Large", "x".repeat(32 * 1024 + 7_000))
                .send()
                .await()
                .statusCode())
        .isEqualTo(200);
  }
}
