package baedal.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

class HttpApiTest {

  private static final String SECRET = "a secret of at least thirty-two bytes";
  private static final int PATIENCE_MILLIS = 20_000;

  private final Vertx vertx = Boot.vertx();
  private final Tokens tokens = new Tokens(vertx, SECRET);
  private final Readiness readiness = new Readiness(vertx);
  private final WebClient client = WebClient.create(vertx);
  private final Promise<Thing> atLast = Promise.promise();
  private HttpApi api;
  private int port;

  record Thing(String thingId, Instant at) {}

  @BeforeEach
  void start() {
    api = api();
    api.router().post("/things").respond(ctx -> made(ctx));
    api.router()
        .get("/things")
        .respond(ctx -> Future.failedFuture(new IOException("the store is away")));
    api.router().get("/things/:thingId").respond(this::thing);
    port = api.listen(0).await();
  }

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  private HttpApi api() {
    return new HttpApi(
        vertx, "things", HttpApiTest.class.getResource("things.yaml"), tokens, readiness);
  }

  private static Future<Thing> made(RoutingContext ctx) {
    ctx.body().asJsonObject();
    return Future.succeededFuture(Reply.created(ctx, "/things/1", new Thing("1", Instant.EPOCH)));
  }

  private Future<Thing> thing(RoutingContext ctx) {
    return switch (ctx.pathParam("thingId")) {
      case "bug" -> throw new IllegalStateException("secret detail");
      case "later" ->
          Future.failedFuture(Refusal.unavailable("later", "later", Duration.ofMillis(1500)));
      case "slow" -> atLast.future().map(made -> Reply.created(ctx, "/things/slow", made));
      case "taken" -> throw Refusal.conflict("taken", "somebody has it");
      default -> Future.succeededFuture(new Thing(Caller.of(ctx).sub(), Instant.EPOCH));
    };
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"name\":\"a\",\"lines\":[{\"quantity\":1}]} x",
        "{\"name\":\"a\",\"lines\":[{\"quantity\":1}]}{}",
        "   ",
        "{\"name\":\"a\",\"lines\":[{\"quantity\":1}]}]"
      })
  void what_is_more_or_less_than_one_json_value_is_refused(String body) {
    assertThat(call(HttpMethod.POST, "/things", "maker", body).statusCode()).isEqualTo(400);
  }

  @Test
  void json_that_is_nested_without_end_is_refused() {
    String deep = "{\"name\":" + "[".repeat(20_000) + "]".repeat(20_000) + "}";
    assertThat(call(HttpMethod.POST, "/things", "maker", deep).statusCode()).isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /things/% HTTP/1.1\r\nHost: x\r\n",
        "GET /things/%zz HTTP/1.1\r\nHost: x\r\n",
        "GET /things/1 HTTP/1.1\r\n",
        "GET /things/1 HTTP/1.1\r\nHost: evil:99999\r\n",
        "GET /things/1 HTTP/1.0\r\nHost: evil:99999\r\n"
      })
  void a_request_that_makes_no_sense_is_refused(String head) throws IOException {
    assertThat(raw(head + "Connection: close\r\n\r\n")).matches("(?s)HTTP/1\\.[01] 400 .*");
  }

  @Test
  void a_host_that_no_name_can_have_is_refused() throws IOException {
    String host = "Host: " + "x".repeat(301) + "\r\nConnection: close\r\n\r\n";
    assertThat(raw("GET /health/live HTTP/1.1\r\n" + host)).startsWith("HTTP/1.1 400");
  }

  @Test
  void http_1_0_needs_no_host() throws IOException {
    assertThat(raw("GET /health/live HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.0 200");
    String token = "Authorization: Bearer " + token("maker") + "\r\n\r\n";
    assertThat(raw("GET /things/7 HTTP/1.0\r\n" + token)).contains(" 200 ", "\"thingId\":\"me\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "POST /things",
        "GET /things/1",
        "DELETE /things",
        "GET /nothing",
        "GET /health/live",
        "GET /metrics"
      })
  void an_expectation_that_cannot_be_met_is_a_417_on_every_route(String request)
      throws IOException {
    for (String expect : List.of("something-else", "100-continue\r\nExpect: x")) {
      String answer =
          raw(
              request
                  + " HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: "
                  + expect
                  + "\r\n\r\n");
      assertThat(answer)
          .startsWith("HTTP/1.1 417")
          .contains(Problems.MEDIA_TYPE, "\"status\":417")
          .containsIgnoringCase("connection: close");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST /things", "GET /things/1", "PUT /nothing"})
  void nobody_is_invited_to_send_a_body_that_is_too_large(String request) throws IOException {
    String answer =
        raw(
            request
                + " HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 65537\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 413").containsIgnoringCase("connection: close");
  }

  @Test
  void a_body_that_fits_is_invited_once_but_not_with_http_1_0() throws IOException {
    String body = "{\"name\":\"a\",\"lines\":[{\"quantity\":1}]}";
    String head =
        "Host: x\r\nExpect: 100-Continue\r\nContent-Type: application/json\r\nContent-Length: "
            + body.length()
            + "\r\nConnection: close\r\nAuthorization: Bearer "
            + token("maker")
            + "\r\n\r\n"
            + body;
    String answer = raw("POST /things HTTP/1.1\r\n" + head);
    assertThat(answer).startsWith("HTTP/1.1 100").contains("HTTP/1.1 201");
    assertThat(answer.split("100 Continue", -1)).hasSize(2);
    assertThat(raw("POST /things HTTP/1.0\r\n" + head)).startsWith("HTTP/1.0 201");
  }

  @Test
  void a_line_or_a_header_without_end_is_refused_as_a_problem() throws IOException {
    String line = raw("GET /things/" + "x".repeat(20_000) + " HTTP/1.1\r\nHost: x\r\n\r\n");
    assertThat(line).contains(" 414 ", Problems.MEDIA_TYPE, "\"status\":414");
    String header =
        raw("GET /things/1 HTTP/1.1\r\nHost: x\r\nX: " + "x".repeat(41_000) + "\r\n\r\n");
    assertThat(header)
        .contains(" 431 ", Problems.MEDIA_TYPE, "\"status\":431", "all header fields together");
    assertThat(raw("NONSENSE\r\n\r\n")).contains(" 400 ", Problems.MEDIA_TYPE);
  }

  private String raw(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void whoever_promises_a_body_and_sends_none_is_cut_off_and_nobody_else() throws IOException {
    String promise = " HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n";
    api.router().post("/things/door").order(-1).handler(HttpApiTest::refuseUnread);
    try (Socket answered = new Socket(InetAddress.getLoopbackAddress(), port);
        Socket whole = new Socket(InetAddress.getLoopbackAddress(), port)) {
      for (Socket socket : List.of(answered, whole)) {
        int promised = socket == whole ? 4 : 5;
        String refused = "POST /things/door" + promise.formatted(promised) + "four";
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.getOutputStream().write(refused.getBytes(StandardCharsets.US_ASCII));
      }
      assertThat(raw("POST /things" + promise.formatted(50_000))).isEmpty();
      assertThat(new String(answered.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .startsWith("HTTP/1.1 401");
      String next = "GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
      whole.getOutputStream().write(next.getBytes(StandardCharsets.US_ASCII));
      assertThat(new String(whole.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .containsPattern("(?s)HTTP/1.1 401.*HTTP/1.1 404");
    }
  }

  /** As a proxy does, for which the body waits on the wire. */
  private static void refuseUnread(RoutingContext ctx) {
    ctx.request().pause();
    ctx.fail(401);
  }

  @Test
  void a_token_that_is_valid_for_ever_or_has_an_odd_end_is_none() {
    JWTAuth ours =
        JWTAuth.create(
            vertx,
            new JWTAuthOptions()
                .addPubSecKey(new PubSecKeyOptions().setAlgorithm("HS256").setBuffer(SECRET)));
    for (JsonObject claims : List.of(new JsonObject(), new JsonObject().put("exp", "x"))) {
      claims.put("sub", "c-1").put("iss", "baedal").put("roles", new JsonArray().add("maker"));
      String token = ours.generateToken(claims, new JWTOptions().setAlgorithm("HS256"));
      assertThat(
              client
                  .get(port, "127.0.0.1", "/things/1")
                  .bearerTokenAuthentication(token)
                  .send()
                  .await()
                  .statusCode())
          .as(claims.encode())
          .isEqualTo(401);
    }
  }

  @Test
  void a_record_is_answered_as_json_with_its_location() {
    var response =
        call(HttpMethod.POST, "/things", "maker", "{\"name\":\"a\",\"lines\":[{\"quantity\":1}]}");
    assertThat(response.statusCode()).isEqualTo(201);
    assertThat(response.getHeader("Location")).isEqualTo("/things/1");
    assertThat(response.bodyAsJsonObject().getString("at")).isEqualTo("1970-01-01T00:00:00Z");
  }

  @Test
  void every_fault_is_told_at_once_with_its_pointer() {
    var response =
        call(
            HttpMethod.POST,
            "/things",
            "maker",
            "{\"name\":\"\",\"lines\":[{\"quantity\":0},{},{\"quantity\":\"x\"}]}");
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.getHeader("Content-Type")).isEqualTo("application/problem+json");
    assertThat(pointers(response))
        .containsExactlyInAnyOrder(
            "/name", "/lines/0/quantity", "/lines/1/quantity", "/lines/2/quantity");
  }

  @Test
  void however_much_is_wrong_the_answer_is_short() {
    List<JsonObject> faults = faults("{\"name\":\"a\",\"lines\":[" + "{},".repeat(89) + "{}]}");
    assertThat(faults).hasSize(51);
    assertThat(faults.get(50).getString("detail")).isEqualTo("has more faults than these");
    assertThat(faults("{\"name\":\"a\",\"lines\":[" + "0,".repeat(30_000) + "0]}"))
        .singleElement()
        .satisfies(fault -> assertThat(fault.getString("pointer")).isEqualTo("/lines"));
    assertThat(faults("{\"name\":[" + ("[" + "1e999,".repeat(99) + "0],").repeat(99) + "0]}"))
        .hasSize(51);
    assertThat(faults("{\"" + "n".repeat(201) + "\":1}"))
        .singleElement()
        .satisfies(
            fault ->
                assertThat(fault.getString("detail")).contains("name or number in it is too long"));
  }

  private List<JsonObject> faults(String body) {
    return call(HttpMethod.POST, "/things", "maker", body)
        .bodyAsJsonObject()
        .getJsonArray("errors")
        .stream()
        .map(JsonObject.class::cast)
        .toList();
  }

  @Test
  void a_client_that_hangs_up_is_no_outage_of_ours() throws Exception {
    List<ILoggingEvent> logged =
        loggedWhile(
            () -> {
              for (int i = 0; i < 20; i++) {
                try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                  socket.setSoLinger(true, 0);
                  socket
                      .getOutputStream()
                      .write(
                          "POST /things HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"
                              .getBytes(StandardCharsets.US_ASCII));
                  Thread.sleep(20);
                }
              }
              assertThat(call(HttpMethod.GET, "/things/7", "maker", null).statusCode())
                  .isEqualTo(200);
            });
    assertThat(logged).isEmpty();
  }

  private interface Doing {
    void happen() throws Exception;
  }

  /** Warnings and errors. */
  private static List<ILoggingEvent> loggedWhile(Doing doing) throws Exception {
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    ListAppender<ILoggingEvent> logged = new ListAppender<>();
    logged.start();
    root.addAppender(logged);
    try {
      doing.happen();
    } finally {
      root.detachAppender(logged);
    }
    return logged.list.stream()
        .filter(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
        .toList();
  }

  @Test
  void what_is_no_json_or_holds_nul_is_a_fault_of_the_client() {
    assertThat(call(HttpMethod.POST, "/things", "maker", "{").statusCode()).isEqualTo(400);
    assertThat(call(HttpMethod.POST, "/things", "maker", "").statusCode()).isEqualTo(400);
    var nul =
        call(
            HttpMethod.POST,
            "/things",
            "maker",
            "{\"name\":\"a\\u0000\",\"lines\":[{\"quantity\":1}]}");
    assertThat(pointers(nul)).containsExactly("/name");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e310", "-1e310", "[1e310]"})
  void a_number_that_is_too_large_for_us_is_a_fault_of_the_client(String number) {
    var huge =
        call(
            HttpMethod.POST,
            "/things",
            "maker",
            "{\"name\":\"a\",\"kind\":%s,\"lines\":[{\"quantity\":1}]}".formatted(number));
    assertThat(huge.statusCode()).isEqualTo(400);
    assertThat(pointers(huge)).singleElement().asString().startsWith("/kind");
  }

  @Test
  void what_is_no_utf_8_is_a_fault_of_the_client() {
    String thing = "{\"name\":\"\u00e9\",\"lines\":[{\"quantity\":1}]}";
    var response =
        client
            .post(port, "127.0.0.1", "/things")
            .bearerTokenAuthentication(token("maker"))
            .putHeader("Content-Type", "application/json")
            .sendBuffer(Buffer.buffer(thing.getBytes(StandardCharsets.ISO_8859_1)))
            .await();
    assertThat(response.statusCode()).isEqualTo(400);
  }

  @Test
  void a_parameter_fits_its_contract_to_the_last_character() {
    assertThat(pointers(call(HttpMethod.GET, "/things?near=1,2%0A", "maker", null)))
        .containsExactly("/near");
  }

  @Test
  void a_body_over_64_kib_is_too_large_and_one_of_another_type_unsupported() {
    assertThat(
            call(HttpMethod.POST, "/things", "maker", "\"" + "x".repeat(70_000) + "\"")
                .statusCode())
        .isEqualTo(413);
    var xml =
        client
            .post(port, "127.0.0.1", "/things")
            .bearerTokenAuthentication(token("maker"))
            .putHeader("Content-Type", "text/xml")
            .sendBuffer(Buffer.buffer("<a/>"))
            .await();
    assertThat(xml.statusCode()).isEqualTo(415);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/x-www-form-urlencoded",
        "Application/X-WWW-Form-Urlencoded; charset=utf-8",
        "multipart/form-data",
        "multipart/form-data; boundary=x"
      })
  void a_form_is_not_even_read(String type) {
    var form =
        client
            .post(port, "127.0.0.1", "/things")
            .bearerTokenAuthentication(token("maker"))
            .putHeader("Content-Type", type)
            .sendBuffer(Buffer.buffer("name=%zz&" + "x".repeat(20_000)))
            .await();
    assertThat(form.statusCode()).isEqualTo(415);
    assertThat(form.getHeader("Content-Type")).isEqualTo("application/problem+json");
  }

  @Test
  void a_service_takes_all_headers_that_the_gateway_took_and_more() {
    assertThat(
            client
                .get(port, "127.0.0.1", "/health/live")
                .putHeader("X-Large", "x".repeat(32 * 1024 + 7_000))
                .send()
                .await()
                .statusCode())
        .isEqualTo(200);
  }

  @Test
  void query_parameters_are_checked_against_the_contract() {
    assertThat(pointers(call(HttpMethod.GET, "/things?limit=0", "maker", null)))
        .containsExactlyInAnyOrder("/limit", "/near");
    for (String limit : List.of("x", "1e1", "2.0", "101", "99999999999", "")) {
      assertThat(pointers(call(HttpMethod.GET, "/things?near=1,2&limit=" + limit, "maker", null)))
          .as(limit)
          .containsExactly("/limit");
    }
    assertThat(pointers(call(HttpMethod.GET, "/things?near=1,2&near=3,4", "maker", null)))
        .containsExactly("/near");
  }

  @Test
  void a_token_is_needed_unless_the_contract_says_anyone() {
    assertThat(client.get(port, "127.0.0.1", "/things/1").send().await().statusCode())
        .isEqualTo(401);
    assertThat(client.get(port, "127.0.0.1", "/things?near=1,2").send().await().statusCode())
        .isEqualTo(503);
    String foreign = new Tokens(vertx, SECRET + "!").issue("x", List.of("maker"), List.of());
    var forged =
        client
            .get(port, "127.0.0.1", "/things/1")
            .bearerTokenAuthentication(foreign)
            .send()
            .await();
    assertThat(forged.statusCode()).isEqualTo(401);
  }

  @Test
  void the_role_that_the_contract_names_is_needed() {
    assertThat(call(HttpMethod.POST, "/things", "breaker", "{}").statusCode()).isEqualTo(403);
    assertThat(
            call(HttpMethod.GET, "/things/1", "breaker", null)
                .bodyAsJsonObject()
                .getString("thingId"))
        .isEqualTo("me");
  }

  @Test
  void an_outage_is_a_503_and_a_refusal_says_when_to_come_back() {
    var away = call(HttpMethod.GET, "/things?near=1,2", "maker", null);
    assertThat(away.statusCode()).isEqualTo(503);
    assertThat(away.getHeader("Retry-After")).isEqualTo("2");
    assertThat(call(HttpMethod.GET, "/things/later", "maker", null).getHeader("Retry-After"))
        .isEqualTo("2");
    assertThat(
            call(HttpMethod.GET, "/things/taken", "maker", null)
                .bodyAsJsonObject()
                .getString("type"))
        .isEqualTo("/problems/taken");
  }

  @Test
  void what_has_no_answer_yet_is_a_503_and_may_end_later() throws Exception {
    List<ILoggingEvent> logged =
        loggedWhile(
            () -> {
              var slow = call(HttpMethod.GET, "/things/slow", "maker", null);
              assertThat(slow.statusCode()).isEqualTo(503);
              assertThat(slow.getHeader("Retry-After")).isEqualTo("2");
              atLast.complete(new Thing("slow", Instant.EPOCH));
              assertThat(call(HttpMethod.GET, "/things/1", "maker", null).statusCode())
                  .isEqualTo(200);
            });
    assertThat(logged).extracting(ILoggingEvent::getMessage).containsExactly("no answer in time");
  }

  @Test
  void a_bug_shows_no_detail() {
    var bug = call(HttpMethod.GET, "/things/bug", "maker", null);
    assertThat(bug.statusCode()).isEqualTo(500);
    assertThat(bug.bodyAsString()).doesNotContain("secret").contains("traceId");
  }

  @Test
  void unknown_paths_and_methods_are_problems_too() {
    assertThat(call(HttpMethod.GET, "/nothing", "maker", null).getHeader("Content-Type"))
        .isEqualTo("application/problem+json");
    HttpResponse<Buffer> wrong = call(HttpMethod.DELETE, "/things", "maker", null);
    assertThat(wrong.statusCode()).isEqualTo(405);
    assertThat(wrong.getHeader("Allow")).isEqualTo("GET, HEAD, POST");
    assertThat(call(HttpMethod.PUT, "/things/7", "maker", null).getHeader("Allow"))
        .isEqualTo("GET, HEAD");
    for (String path : List.of("/things/%zz", "/things/%", "/things?near=%zz", "/things/a%00b")) {
      assertThat(call(HttpMethod.GET, path, "maker", null).statusCode()).as(path).isEqualTo(400);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/health/live", "/health/ready", "/metrics"})
  void operators_may_ask_with_head_too_and_hear_what_else_they_may(String path) {
    int inside = api.operate("127.0.0.1", 0).await();
    HttpResponse<Buffer> head = client.head(inside, "127.0.0.1", path).send().await();
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isNull();
    HttpResponse<Buffer> wrong = client.post(inside, "127.0.0.1", path).send().await();
    assertThat(wrong.statusCode()).isEqualTo(405);
    assertThat(wrong.getHeader("Allow")).isEqualTo("GET, HEAD");
  }

  @Test
  void every_405_says_what_is_allowed_instead() {
    for (String path : List.of("/health/live", "/metrics", "/things/7", "/things/7/")) {
      HttpResponse<Buffer> wrong = call(HttpMethod.DELETE, path, "maker", null);
      assertThat(wrong.statusCode()).as(path).isEqualTo(405);
      assertThat(wrong.getHeader("Allow")).as(path).isEqualTo("GET, HEAD");
    }
  }

  @Test
  void dev_doors_answer_only_to_a_loopback_name() throws IOException {
    HttpApi dev =
        new HttpApi(
            vertx, "dev", HttpApiTest.class.getResource("dev-things.yaml"), tokens, readiness);
    dev.router().post("/dev/things").respond(ctx -> Future.succeededFuture());
    port = dev.listen(0).await();
    for (String host :
        List.of("localhost", "LOCALHOST:8088", "127.0.0.1", "127.1.2.255:80", "[::1]:8088")) {
      assertThat(raw(devRequest(host))).as(host).startsWith("HTTP/1.1 204");
    }
    for (String host :
        List.of(
            "evil.example:8088",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "127.evil.example",
            "127.0.0.256",
            "192.168.0.7",
            "[::2]",
            "[::ffff:7f00:1]")) {
      assertThat(raw(devRequest(host))).as(host).startsWith("HTTP/1.1 403");
    }
    assertThat(raw("POST /dev/things HTTP/1.0\r\nContent-Length: 0\r\n\r\n")).contains(" 403 ");
  }

  private static String devRequest(String host) {
    return "POST /dev/things HTTP/1.1\r\nHost: "
        + host
        + "\r\nOrigin: http://"
        + host
        + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  }

  @Test
  void head_is_answered_as_get_without_its_body() {
    HttpResponse<Buffer> read = call(HttpMethod.GET, "/things/7", "maker", null);
    HttpResponse<Buffer> head = call(HttpMethod.HEAD, "/things/7", "maker", null);
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isNull();
    assertThat(head.getHeader("Content-Type")).isEqualTo(read.getHeader("Content-Type"));
    assertThat(call(HttpMethod.HEAD, "/things/bug", "maker", null).statusCode()).isEqualTo(500);
    assertThat(client.head(port, "127.0.0.1", "/things/7").send().await().statusCode())
        .isEqualTo(401);
  }

  @Test
  void ready_only_while_every_check_succeeds() {
    assertThat(call(HttpMethod.GET, "/health/ready", null, null).statusCode()).isEqualTo(200);
    readiness.register("store", () -> Future.failedFuture("away"));
    var down = call(HttpMethod.GET, "/health/ready", null, null);
    assertThat(down.statusCode()).isEqualTo(503);
    assertThat(down.bodyAsString()).contains("\"store\"").contains("DOWN");
    assertThat(call(HttpMethod.GET, "/health/live", null, null).statusCode()).isEqualTo(200);
  }

  @Test
  void metrics_are_served_in_the_format_of_prometheus() {
    assertThat(call(HttpMethod.GET, "/metrics", null, null).bodyAsString())
        .contains("vertx_http_server");
  }

  @Test
  void a_route_outside_the_contract_and_an_operation_without_a_route_stop_the_start() {
    HttpApi other = api();
    other.router().get("/secret").respond(ctx -> Future.succeededFuture());
    assertThatThrownBy(() -> other.listen(0).await())
        .hasMessageContaining("GET /secret is not in the contract")
        .hasMessageContaining("POST /things has no route");
  }

  private HttpResponse<Buffer> call(HttpMethod method, String path, String role, String body) {
    var request = client.request(method, port, "127.0.0.1", path).timeout(PATIENCE_MILLIS);
    if (role != null) {
      request.bearerTokenAuthentication(token(role));
    }
    return body == null
        ? request.send().await()
        : request
            .putHeader("Content-Type", "application/json")
            .sendBuffer(Buffer.buffer(body))
            .await();
  }

  private String token(String role) {
    return tokens.issue("me", List.of(role), List.of());
  }

  private static List<String> pointers(HttpResponse<Buffer> response) {
    JsonArray errors = response.bodyAsJsonObject().getJsonArray("errors");
    return errors.stream()
        .map(e -> ((JsonObject) e).getString("pointer"))
        .collect(Collectors.toList());
  }
}
