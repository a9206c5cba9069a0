package baedal.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every service takes as a request, whatever the request is about. */
class RequestCheckTest {

  private static final String SECRET = "a secret of at least thirty-two bytes";
  private static final String JSON = "application/json";
  private static final String THING = "{\"name\":\"a\",\"lines\":[{\"quantity\":1}]}";

  /** Two syllables, composed and decomposed. */
  private static final String NFC = "\uD1B5\uB2ED";

  private static final String NFD = "\u1110\u1169\u11BC\u1103\u1161\u11B0";

  private final Vertx vertx = Boot.vertx();
  private final Tokens tokens = new Tokens(vertx, SECRET);
  private final WebClient client = WebClient.create(vertx);
  private int port;

  @BeforeEach
  void start() {
    HttpApi api =
        new HttpApi(
            vertx,
            "things",
            RequestCheckTest.class.getResource("checks.yaml"),
            tokens,
            new Readiness(vertx));
    api.router().post("/things").respond(RequestCheckTest::body);
    api.router().get("/things").respond(RequestCheckTest::query);
    api.router().get("/things/:thingId").respond(RequestCheckTest::path);
    api.router().patch("/things/:thingId").respond(RequestCheckTest::body);
    api.router().post("/things/:thingId/open").respond(ctx -> Future.succeededFuture());
    api.router().put("/pairs").respond(RequestCheckTest::body);
    port = api.listen(0).await();
  }

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  private static Future<JsonObject> body(RoutingContext ctx) {
    return Future.succeededFuture(ctx.body().asJsonObject());
  }

  private static Future<JsonObject> query(RoutingContext ctx) {
    return Future.succeededFuture(
        new JsonObject()
            .put("getParam", ctx.request().getParam("q"))
            .put("queryParam", ctx.queryParam("q").get(0)));
  }

  private static Future<JsonObject> path(RoutingContext ctx) {
    return Future.succeededFuture(
        new JsonObject()
            .put("getParam", ctx.request().getParam("thingId"))
            .put("pathParam", ctx.pathParam("thingId")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'name':'x\\ud800y','lines':[{'quantity':1}]}|/name",
        "{'name':'\\udc00','lines':[{'quantity':1}]}|/name",
        "{'name':'a','lines':[{'quantity':1,'notes':['\\ud800\\ud800\\udc00']}]}|/lines/0/notes/0",
        "{'name':'a','lines':[{'quantity':1,'\\ud800':1}]}|/lines/0"
      })
  void half_of_a_surrogate_pair_is_refused_where_it_stands(String body, String pointer) {
    assertThat(faults(post(body.replace('\'', '"')))).containsOnlyKeys(pointer);
  }

  @Test
  void a_whole_surrogate_pair_is_a_character() {
    String body = "{\"name\":\"\\ud83c\\udf57\",\"lines\":[{\"quantity\":1}]}";
    assertThat(post(body).bodyAsJsonObject().getString("name")).isEqualTo("\ud83c\udf57");
  }

  @ParameterizedTest
  @CsvSource({
    "/things/a%ED%A0%80,/thingId",
    "/things/%ff,/thingId",
    "/things?q=%ED%A0%80&limit=1,/q",
    "/things?q=%C0%80,/q"
  })
  void a_target_that_is_no_utf_8_is_refused_where_it_is_wrong(String target, String pointer) {
    HttpResponse<Buffer> answer = send(HttpMethod.GET, target, null, null);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(faults(answer)).containsOnlyKeys(pointer);
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "UTF-32LE"})
  void a_body_that_is_not_in_utf_8_is_refused(String charset) {
    Buffer body = Buffer.buffer("{\"name\":\"a\",\"lines\":[{\"quantity\":1}]}", charset);
    HttpResponse<Buffer> answer =
        request(HttpMethod.POST, "/things", JSON).sendBuffer(body).await();
    assertThat(faults(answer)).containsOnly(entry("", "is not JSON in UTF-8"));
  }

  @Test
  void a_half_pair_in_a_cursor_is_refused() {
    String cursor =
        Base64.getUrlEncoder().encodeToString("[\"\\ud800\"]".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> Paging.decode(cursor)).isInstanceOf(Refusal.class);
  }

  @Test
  void texts_of_a_body_are_read_in_normalization_form_c() {
    String body =
        "{\"name\":\"%s\",\"lines\":[{\"quantity\":1,\"notes\":[\"%s\"]}]}".formatted(NFD, NFD);
    assertThat(post(body).bodyAsJsonObject()).isEqualTo(new JsonObject(body.replace(NFD, NFC)));
  }

  @Test
  void a_text_is_as_long_as_it_is_in_normalization_form_c() {
    String decomposed = NFD.repeat(5);
    assertThat(decomposed).hasSizeGreaterThan(10);
    assertThat(post(THING.replace("\"a\"", "\"" + decomposed + "\"")).statusCode()).isEqualTo(200);
  }

  @Test
  void parameters_are_read_in_normalization_form_c() {
    String encoded = "a%26%2B%E1%84%90%E1%85%A9%E1%86%BC%E1%84%83%E1%85%A1%E1%86%B0";
    String read = "a&+" + NFC;
    assertThat(send(HttpMethod.GET, "/things?limit=1&q=" + encoded, null, null).bodyAsJsonObject())
        .isEqualTo(new JsonObject().put("getParam", read).put("queryParam", read));
    assertThat(send(HttpMethod.GET, "/things/" + encoded, null, null).bodyAsJsonObject())
        .isEqualTo(new JsonObject().put("getParam", read).put("pathParam", read));
    assertThat(send(HttpMethod.GET, "/things?q=e+%CC%81e%CC%81", null, null).bodyAsJsonObject())
        .isEqualTo(
            new JsonObject().put("getParam", "e \u0301\u00e9").put("queryParam", "e \u0301\u00e9"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {" ", "\u3000", "\u200b", "\\n", "\\t \\r\\n", "\u00a0\u2028", "\u3164", "\u2800"})
  void a_text_that_does_not_show_is_blank(String text) {
    assertThat(faults(post(THING.replace("\"a\"", "\"" + text + "\""))))
        .containsExactly(Map.entry("/name", "must not be blank"));
  }

  @ParameterizedTest
  @ValueSource(strings = {".", "\uD1B5", " a ", "\ud83c\udf57", "\ud83e\udee0"})
  void a_text_that_shows_is_not_blank(String text) {
    assertThat(post(THING.replace("\"a\"", "\"" + text + "\"")).statusCode()).isEqualTo(200);
  }

  @Test
  void unknown_fields_are_refused_at_every_depth_and_the_known_ones_are_named() {
    String body = "{\"name\":\"a\",\"x\":1,\"lines\":[{\"quantity\":1,\"y/z\":{}}]}";
    assertThat(faults(post(body)))
        .containsExactly(
            Map.entry("/lines/0/y~1z", "is not a field of this request; known are quantity, notes"),
            Map.entry(
                "/x", "is not a field of this request; known are name, kind, code, at, lines"));
  }

  @Test
  void fields_that_another_field_excludes_or_needs_are_named_with_it() {
    String body = THING.replace("}]", "}],\"kind\":\"BIG\",\"at\":\"2026-12-24T15:00:00Z\"");
    assertThat(faults(post(body)))
        .containsExactly(
            Map.entry("/at", "does not belong here when kind is BIG"),
            Map.entry("/code", "is required when kind is BIG"));
  }

  @Test
  void unknown_query_parameters_are_refused_on_every_method() {
    assertThat(faults(send(HttpMethod.GET, "/things?page=2&limit=1", null, null)))
        .containsExactly(
            Map.entry(
                "/page", "is not a query parameter of this request; known are limit, q, near"));
    for (HttpMethod method : List.of(HttpMethod.POST, HttpMethod.GET, HttpMethod.PATCH)) {
      String path = method.equals(HttpMethod.POST) ? "/things" : "/things/1";
      String body = method.equals(HttpMethod.GET) ? null : THING;
      assertThat(faults(send(method, path + "?dryRun", JSON, body)))
          .as(method.name())
          .containsEntry("/dryRun", "is not a query parameter of this request");
    }
    assertThat(send(HttpMethod.HEAD, "/things/1?x=1", null, null).statusCode()).isEqualTo(400);
  }

  @Test
  void a_request_without_a_body_takes_an_empty_object_and_no_field() {
    for (String harmless : new String[] {null, "{}"}) {
      assertThat(send(HttpMethod.POST, "/things/1/open", JSON, harmless).statusCode())
          .isEqualTo(204);
    }
    assertThat(faults(send(HttpMethod.POST, "/things/1/open", JSON, "{\"reason\":1}")))
        .containsExactly(Map.entry("/reason", "is not taken: this request has no body"));
    assertThat(faults(send(HttpMethod.POST, "/things/1/open", JSON, "[]"))).containsOnlyKeys("");
  }

  @Test
  void a_patch_is_a_merge_patch_or_json_and_nothing_else() {
    for (String taken :
        List.of("application/merge-patch+json", "Application/JSON; charset=utf-8")) {
      assertThat(send(HttpMethod.PATCH, "/things/1", taken, "{\"name\":\"b\"}").statusCode())
          .as(taken)
          .isEqualTo(200);
    }
    for (String other : List.of("application/json-patch+json", "application/vnd.x+json", "x")) {
      HttpResponse<Buffer> answer = send(HttpMethod.PATCH, "/things/1", other, "{\"name\":\"b\"}");
      assertThat(answer.statusCode()).as(other).isEqualTo(415);
      assertThat(answer.getHeader("Accept-Patch"))
          .isEqualTo("application/merge-patch+json, application/json");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"application/merge-patch+json", "application/x-www-form-urlencoded", "text/plain"})
  void a_post_is_json_and_nothing_else(String type) {
    HttpResponse<Buffer> answer = send(HttpMethod.POST, "/things", type, THING);
    assertThat(answer.statusCode()).isEqualTo(415);
    assertThat(answer.getHeader("Accept")).isEqualTo(JSON);
    assertThat(answer.getHeader("Accept-Patch")).isNull();
  }

  @Test
  void a_body_with_a_content_coding_is_refused_unread() {
    for (String coding : List.of("gzip", "identity, br", "x")) {
      HttpResponse<Buffer> answer =
          request(HttpMethod.POST, "/things", JSON)
              .putHeader("Content-Encoding", coding)
              .sendBuffer(Buffer.buffer(THING))
              .await();
      assertThat(answer.statusCode()).as(coding).isEqualTo(415);
      assertThat(answer.getHeader("Accept-Encoding")).isEqualTo("identity");
    }
    assertThat(
            request(HttpMethod.POST, "/things", JSON)
                .putHeader("Content-Encoding", "Identity")
                .sendBuffer(Buffer.buffer(THING))
                .await()
                .statusCode())
        .isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"2026-12-24T15:00:00Z", "2024-02-29T23:59:59.123456789Z", "0001-01-01T00:00:00Z"})
  void a_time_has_seconds_and_is_in_utc(String time) {
    assertThat(Instant.parse(time)).isNotNull();
    assertThat(post(at(time)).statusCode()).isEqualTo(200);
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
  void another_time_is_refused_with_an_example(String time) {
    assertThat(faults(post(at(time))))
        .containsExactly(Map.entry("/at", "must be a time in UTC such as 2026-12-24T15:00:00Z"));
  }

  private static String at(String time) {
    return THING.replace("}]", "}],\"at\":\"" + time + "\"");
  }

  @Test
  void no_fault_shows_a_regular_expression() {
    assertThat(faults(send(HttpMethod.GET, "/things?near=x", null, null)))
        .containsExactly(Map.entry("/near", "must be latitude,longitude such as 37.56,126.925"));
    assertThat(faults(post(THING.replace("}]", "}],\"code\":\"1\""))))
        .containsExactly(Map.entry("/code", "must have another form"));
  }

  @Test
  void a_body_that_is_missing_is_answered_with_all_that_is_needed_and_an_example() {
    assertThat(faults(send(HttpMethod.POST, "/things", JSON, "")))
        .containsExactly(
            Map.entry("", "a JSON body is required, such as " + THING),
            Map.entry("/lines", "is required"),
            Map.entry("/name", "is required"));
    assertThat(faults(send(HttpMethod.PUT, "/pairs", null, null)))
        .containsOnlyKeys("", "/first", "/first/name", "/first/lines");
    assertThat(faults(send(HttpMethod.PUT, "/pairs", JSON, "{}")))
        .containsOnlyKeys("/first", "/first/name", "/first/lines");
    assertThat(faults(send(HttpMethod.PATCH, "/things/1", JSON, "")).get(""))
        .contains("{\"name\":\"b\"}");
  }

  private HttpResponse<Buffer> post(String body) {
    return send(HttpMethod.POST, "/things", JSON, body);
  }

  private HttpResponse<Buffer> send(HttpMethod method, String target, String type, String body) {
    HttpRequest<Buffer> request = request(method, target, type);
    return (body == null ? request.send() : request.sendBuffer(Buffer.buffer(body))).await();
  }

  private HttpRequest<Buffer> request(HttpMethod method, String target, String type) {
    HttpRequest<Buffer> request =
        client
            .request(method, port, "127.0.0.1", target)
            .bearerTokenAuthentication(tokens.issue("me", List.of("maker"), List.of()));
    return type == null ? request : request.putHeader("Content-Type", type);
  }

  /** The details by their pointers, of an answer that must be a 400. */
  private static Map<String, String> faults(HttpResponse<Buffer> answer) {
    assertThat(answer.statusCode()).as(answer.bodyAsString()).isEqualTo(400);
    Map<String, String> faults = new TreeMap<>();
    for (Object error : answer.bodyAsJsonObject().getJsonArray("errors")) {
      JsonObject fault = (JsonObject) error;
      String before = faults.put(fault.getString("pointer"), fault.getString("detail"));
      assertThat(before).as("a second fault at one place: %s", fault).isNull();
    }
    return faults;
  }
}
