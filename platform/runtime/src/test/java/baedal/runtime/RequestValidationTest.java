package baedal.runtime;

import static baedal.runtime.TestApi.JSON;
import static baedal.runtime.TestApi.THING;
import static baedal.runtime.TestApi.faults;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.http.HttpMethod;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Parameters and bodies of requests are checked against the contract. */
class RequestValidationTest {

  private final TestApi api = TestApi.checks();

  @AfterEach
  void stop() {
    api.close();
  }

  @Test
  void an_unknown_field_is_refused_at_every_depth_with_the_known_ones() {
    String body = "{\"name\":\"a\",\"x\":1,\"lines\":[{\"quantity\":1,\"y/z\":{}}]}";
    assertThat(faults(api.post(body)))
        .containsExactly(
            Map.entry(
                "/lines/0/y~1z",
                "is not a field of this request; known fields are quantity, notes"),
            Map.entry(
                "/x",
                "is not a field of this request; known fields are name, kind, code, at, lines"));
  }

  @Test
  void a_field_that_another_field_excludes_or_requires_is_refused_with_it() {
    String body = THING.replace("}]", "}],\"kind\":\"BIG\",\"at\":\"2026-12-24T15:00:00Z\"");
    assertThat(faults(api.post(body)))
        .containsExactly(
            Map.entry("/at", "is not allowed when kind is BIG"),
            Map.entry("/code", "is required when kind is BIG"));
  }

  @Test
  void unknown_query_parameters_are_refused_on_every_method() {
    assertThat(faults(api.get("/things?page=2&limit=1")))
        .containsExactly(
            Map.entry(
                "/page",
                "is not a query parameter of this request; known parameters are limit, q, near"));
    for (HttpMethod method : List.of(HttpMethod.POST, HttpMethod.GET, HttpMethod.PATCH)) {
      String path = method.equals(HttpMethod.POST) ? "/things" : "/things/1";
      String body = method.equals(HttpMethod.GET) ? null : THING;
      assertThat(faults(api.send(method, path + "?dryRun", JSON, body)))
          .as(method.name())
          .containsEntry("/dryRun", "is not a query parameter of this request");
    }
    assertThat(api.send(HttpMethod.HEAD, "/things/1?x=1", null, null).statusCode()).isEqualTo(400);
  }

  @Test
  void an_operation_without_a_body_accepts_an_empty_object_and_no_field() {
    for (String harmless : new String[] {null, "{}"}) {
      assertThat(api.send(HttpMethod.POST, "/things/1/open", JSON, harmless).statusCode())
          .isEqualTo(204);
    }
    assertThat(faults(api.send(HttpMethod.POST, "/things/1/open", JSON, "{\"reason\":1}")))
        .containsExactly(
            Map.entry("/reason", "is not accepted: this operation has no request body"));
    assertThat(faults(api.send(HttpMethod.POST, "/things/1/open", JSON, "[]")))
        .containsOnlyKeys("");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"2026-12-24T15:00:00Z", "2024-02-29T23:59:59.123456789Z", "0001-01-01T00:00:00Z"})
  void a_time_in_utc_with_seconds_is_accepted(String time) {
    assertThat(Instant.parse(time)).isNotNull();
    assertThat(api.post(at(time)).statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-12-24T15:00Z",
        "2026-12-24T23:59:60Z",
        "2026-12-24T24:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-12-24T15:00:00+09:00",
        "2026-12-24T15:00:00.1234567890Z",
        "2026-12-24 15:00:00Z",
        "tomorrow"
      })
  void a_time_in_another_form_is_refused_with_an_example(String time) {
    assertThat(faults(api.post(at(time))))
        .containsExactly(Map.entry("/at", "must be a time in UTC such as 2026-12-24T15:00:00Z"));
  }

  private static String at(String time) {
    return THING.replace("}]", "}],\"at\":\"" + time + "\"");
  }

  @Test
  void no_fault_shows_a_regular_expression() {
    assertThat(faults(api.get("/things?near=x")))
        .containsExactly(Map.entry("/near", "must be latitude,longitude such as 37.56,126.925"));
    assertThat(faults(api.post(THING.replace("}]", "}],\"code\":\"1\""))))
        .containsExactly(Map.entry("/code", "does not have the required form"));
  }

  @Test
  void a_missing_body_is_refused_with_the_required_fields_and_an_example() {
    assertThat(faults(api.send(HttpMethod.POST, "/things", JSON, "")))
        .containsExactly(
            Map.entry("", "a JSON body is required, such as " + THING),
            Map.entry("/lines", "is required"),
            Map.entry("/name", "is required"));
    assertThat(faults(api.send(HttpMethod.PUT, "/pairs", null, null)))
        .containsOnlyKeys("", "/first", "/first/name", "/first/lines");
    assertThat(faults(api.send(HttpMethod.PUT, "/pairs", JSON, "{}")))
        .containsOnlyKeys("/first", "/first/name", "/first/lines");
    assertThat(faults(api.send(HttpMethod.PATCH, "/things/1", JSON, "")).get(""))
        .contains("{\"name\":\"b\"}");
  }
}
