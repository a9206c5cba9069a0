package baedal.runtime;

import static baedal.runtime.TestApi.JSON;
import static baedal.runtime.TestApi.THING;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.client.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which media types and content codings of request bodies are accepted. */
class MediaTypesTest {

  private final TestApi api = TestApi.checks();

  @AfterEach
  void stop() {
    api.close();
  }

  @Test
  void patch_accepts_merge_patch_and_json_and_no_other_media_type() {
    for (String accepted :
        List.of("application/merge-patch+json", "Application/JSON; charset=utf-8")) {
      assertThat(api.send(HttpMethod.PATCH, "/things/1", accepted, "{\"name\":\"b\"}").statusCode())
          .as(accepted)
          .isEqualTo(200);
    }
    for (String other : List.of("application/json-patch+json", "application/vnd.x+json", "x")) {
      HttpResponse<Buffer> response =
          api.send(HttpMethod.PATCH, "/things/1", other, "{\"name\":\"b\"}");
      assertThat(response.statusCode()).as(other).isEqualTo(415);
      assertThat(response.getHeader("Accept-Patch"))
          .isEqualTo("application/merge-patch+json, application/json");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"application/merge-patch+json", "application/x-www-form-urlencoded", "text/plain"})
  void post_accepts_json_and_no_other_media_type(String type) {
    HttpResponse<Buffer> response = api.send(HttpMethod.POST, "/things", type, THING);
    assertThat(response.statusCode()).isEqualTo(415);
    assertThat(response.getHeader("Accept")).isEqualTo(JSON);
    assertThat(response.getHeader("Accept-Patch")).isNull();
  }

  @Test
  void a_body_with_a_content_coding_is_refused_before_it_is_read() {
    for (String coding : List.of("gzip", "identity, br", "x")) {
      HttpResponse<Buffer> response =
          api.request(HttpMethod.POST, "/things", JSON)
              .putHeader("Content-Encoding", coding)
              .sendBuffer(Buffer.buffer(THING))
              .await();
      assertThat(response.statusCode()).as(coding).isEqualTo(415);
      assertThat(response.getHeader("Accept-Encoding")).isEqualTo("identity");
    }
    assertThat(
            api.request(HttpMethod.POST, "/things", JSON)
                .putHeader("Content-Encoding", "Identity")
                .sendBuffer(Buffer.buffer(THING))
                .await()
                .statusCode())
        .isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/x-www-form-urlencoded",
        "Application/X-WWW-Form-Urlencoded; charset=utf-8",
        "multipart/form-data",
        "multipart/form-data; boundary=x"
      })
  void a_form_is_refused_before_it_is_read(String type) {
    var form =
        api.client
            .post(api.port(), TestApi.LOOPBACK, "/things")
            .bearerTokenAuthentication(api.token("maker"))
            .putHeader("Content-Type", type)
            .sendBuffer(Buffer.buffer("name=%zz&" + "x".repeat(20_000)))
            .await();
    assertThat(form.statusCode()).isEqualTo(415);
    assertThat(form.getHeader("Content-Type")).isEqualTo("application/problem+json");
  }
}
