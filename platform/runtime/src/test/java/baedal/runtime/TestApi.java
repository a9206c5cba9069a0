package baedal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/** A running {@link HttpApi} with one of the test contracts, and methods that call it. */
final class TestApi implements AutoCloseable {

  static final String LOOPBACK = "127.0.0.1";
  static final String SECRET = "a secret of at least thirty-two bytes";
  static final String JSON = "application/json";

  /** A valid body of {@code POST /things} in both contracts. */
  static final String THING = "{\"name\":\"a\",\"lines\":[{\"quantity\":1}]}";

  private static final int TIMEOUT_MILLIS = 20_000;

  final Vertx vertx = Boot.vertx();
  final Tokens tokens = new Tokens(vertx, SECRET);
  final Readiness readiness = new Readiness(vertx);
  final WebClient client = WebClient.create(vertx);

  /** {@code GET /things/slow} responds when a test completes this promise. */
  final Promise<Thing> slowThing = Promise.promise();

  /** Completes when {@code GET /things/slow} waits for {@link #slowThing}. */
  final Promise<Void> slowThingRequested = Promise.promise();

  final HttpApi http;
  private final AtomicLong nanos = new AtomicLong();
  private int port;

  record Thing(String thingId, Instant at) {}

  private TestApi(String contract) {
    http = create(contract);
  }

  /** Makes another HttpApi that does not listen and has no routes. */
  HttpApi create(String contract) {
    return new HttpApi(
        vertx, "test", TestApi.class.getResource(contract), tokens, readiness, nanos::get);
  }

  /** Makes all open connections older. */
  void age(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  /** The contract {@code things.yaml}, with handlers that succeed, refuse and fail. */
  static TestApi things() {
    TestApi api = new TestApi("things.yaml");
    api.http.router().post("/things").respond(TestApi::created);
    api.http
        .router()
        .get("/things")
        .respond(ctx -> Future.failedFuture(new IOException("the database is unavailable")));
    api.http.router().get("/things/:thingId").respond(api::thing);
    api.port = api.http.listen(0).await();
    return api;
  }

  /** The contract {@code checks.yaml}, with handlers that return what they receive. */
  static TestApi checks() {
    TestApi api = new TestApi("checks.yaml");
    api.http.router().post("/things").respond(TestApi::body);
    api.http.router().get("/things").respond(TestApi::query);
    api.http.router().get("/things/:thingId").respond(TestApi::path);
    api.http.router().patch("/things/:thingId").respond(TestApi::body);
    api.http.router().post("/things/:thingId/open").respond(ctx -> Future.succeededFuture());
    api.http.router().put("/pairs").respond(TestApi::body);
    api.port = api.http.listen(0).await();
    return api;
  }

  private static Future<Thing> created(RoutingContext ctx) {
    ctx.body().asJsonObject();
    return Future.succeededFuture(Reply.created(ctx, "/things/1", new Thing("1", Instant.EPOCH)));
  }

  private Future<Thing> thing(RoutingContext ctx) {
    return switch (ctx.pathParam("thingId")) {
      case "bug" -> throw new IllegalStateException("secret detail");
      case "later" ->
          Future.failedFuture(Refusal.unavailable("later", "later", Duration.ofMillis(1500)));
      case "slow" -> {
        slowThingRequested.tryComplete();
        yield slowThing.future().map(made -> Reply.created(ctx, "/things/slow", made));
      }
      case "taken" -> throw Refusal.conflict("taken", "another caller has it");
      default -> Future.succeededFuture(new Thing(Caller.of(ctx).sub(), Instant.EPOCH));
    };
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

  @Override
  public void close() {
    vertx.close().await();
  }

  int port() {
    return port;
  }

  String token(String role) {
    return tokens.issue("me", List.of(role), List.of());
  }

  /** Sends no token if {@code role} is null, and no body if {@code body} is null. */
  HttpResponse<Buffer> call(HttpMethod method, String target, String role, String body) {
    HttpRequest<Buffer> request =
        client.request(method, port, LOOPBACK, target).timeout(TIMEOUT_MILLIS);
    if (role != null) {
      request.bearerTokenAuthentication(token(role));
    }
    if (body != null) {
      request.putHeader("Content-Type", JSON);
    }
    return send(request, body);
  }

  HttpResponse<Buffer> get(String target) {
    return call(HttpMethod.GET, target, "maker", null);
  }

  HttpResponse<Buffer> post(String body) {
    return send(HttpMethod.POST, "/things", JSON, body);
  }

  /**
   * Sends a request with the role {@code maker}. {@code contentType} and {@code body} may be null.
   */
  HttpResponse<Buffer> send(HttpMethod method, String target, String contentType, String body) {
    return send(request(method, target, contentType), body);
  }

  private static HttpResponse<Buffer> send(HttpRequest<Buffer> request, String body) {
    return (body == null ? request.send() : request.sendBuffer(Buffer.buffer(body))).await();
  }

  /** Makes a request with the role {@code maker} and does not send it. */
  HttpRequest<Buffer> request(HttpMethod method, String target, String contentType) {
    HttpRequest<Buffer> request =
        client
            .request(method, port, LOOPBACK, target)
            .timeout(TIMEOUT_MILLIS)
            .bearerTokenAuthentication(token("maker"));
    return contentType == null ? request : request.putHeader("Content-Type", contentType);
  }

  /** Writes a request unchanged. Returns all that the server sends until it closes. */
  String raw(String request) throws IOException {
    return raw(port, request);
  }

  static String raw(int port, String request) throws IOException {
    try (Socket socket = connect(port)) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  Socket connect() throws IOException {
    return connect(port);
  }

  private static Socket connect(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(TIMEOUT_MILLIS);
    return socket;
  }

  /** The details of the errors by pointer. The response must be a 400. */
  static Map<String, String> faults(HttpResponse<Buffer> response) {
    assertThat(response.statusCode()).as(response.bodyAsString()).isEqualTo(400);
    Map<String, String> faults = new TreeMap<>();
    for (Object error : response.bodyAsJsonObject().getJsonArray("errors")) {
      JsonObject fault = (JsonObject) error;
      String before = faults.put(fault.getString("pointer"), fault.getString("detail"));
      assertThat(before).as("two faults with the same pointer: %s", fault).isNull();
    }
    return faults;
  }
}
