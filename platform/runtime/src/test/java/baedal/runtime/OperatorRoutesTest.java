package baedal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.client.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The routes for health and metrics. */
class OperatorRoutesTest {

  private final TestApi api = TestApi.things();

  @AfterEach
  void stop() {
    api.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/health/live", "/health/ready", "/metrics"})
  void operator_routes_accept_get_and_head_only(String path) {
    int port = api.http.operate(TestApi.LOOPBACK, 0).await();
    HttpResponse<Buffer> head = api.client.head(port, TestApi.LOOPBACK, path).send().await();
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isNull();
    HttpResponse<Buffer> wrong = api.client.post(port, TestApi.LOOPBACK, path).send().await();
    assertThat(wrong.statusCode()).isEqualTo(405);
    assertThat(wrong.getHeader("Allow")).isEqualTo("GET, HEAD");
  }

  @Test
  void a_service_is_ready_only_while_every_check_succeeds() {
    assertThat(api.call(HttpMethod.GET, "/health/ready", null, null).statusCode()).isEqualTo(200);
    api.readiness.register("database", () -> Future.failedFuture("unavailable"));
    var down = api.call(HttpMethod.GET, "/health/ready", null, null);
    assertThat(down.statusCode()).isEqualTo(503);
    assertThat(down.bodyAsString()).contains("\"database\"").contains("DOWN");
    assertThat(api.call(HttpMethod.GET, "/health/live", null, null).statusCode()).isEqualTo(200);
  }

  @Test
  void metrics_are_in_the_format_of_prometheus() {
    assertThat(api.call(HttpMethod.GET, "/metrics", null, null).bodyAsString())
        .contains("vertx_http_server");
  }

  @Test
  void metrics_are_served_after_another_vertx_of_the_process_is_closed() {
    Boot.vertx().close().await();
    assertThat(api.call(HttpMethod.GET, "/metrics", null, null).bodyAsString())
        .contains("vertx_http_server");
  }
}
