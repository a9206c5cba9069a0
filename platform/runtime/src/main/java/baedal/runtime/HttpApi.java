package baedal.runtime;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.healthchecks.CheckResult;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.micrometer.backends.BackendRegistries;
import java.net.URL;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP side of a service. In front of the service's own routes stand, for every operation of
 * its contract: the size limit, the token, the role, and the check of parameters and body. Health
 * and metrics come with it.
 */
public final class HttpApi {

  private static final Logger log = LoggerFactory.getLogger(HttpApi.class);
  private static final int MAX_BODY_BYTES = 64 * 1024;

  private static final int MAX_LINE_BYTES = 16 * 1024;

  /** An access token of an employee with hundreds of groups has 12 KiB and more. */
  public static final int DEFAULT_MAX_HEADER_BYTES = 32 * 1024;

  /** Below, no token fits; above, one address can take too much memory with open requests. */
  private static final int LEAST_HEADER_BYTES = 4 * 1024;

  private static final int MOST_HEADER_BYTES = 256 * 1024;

  /** A service takes so many bytes of header fields more: those that the gateway adds. */
  private static final int ADDED_BY_GATEWAY = 8 * 1024;

  /** A name of DNS has 253 at most; the gateway repeats it in several header fields. */
  private static final int MAX_AUTHORITY_CHARS = 300;

  /**
   * Nobody waits longer for an answer to begin: then it is a 503. What was asked for may go on all
   * the same, and asking again under the same idempotency key finds it.
   */
  public static final Duration ANSWERS_WITHIN = Duration.ofSeconds(10);

  private static final long DRAIN_SECONDS = 10;
  private static final long BODY_MILLIS = 10_000;
  private static final String FORM = "application/x-www-form-urlencoded";
  private static final String LOOPBACK = "127.0.0.1";

  /** Leaves room before it, for what a front door does to every request. */
  private static final int FIRST = Integer.MIN_VALUE + 1;

  private final Vertx vertx;
  private final Expectations expectations = new Expectations(MAX_BODY_BYTES);
  private final String service;
  private final Router router;
  private final Tokens tokens;
  private final Readiness readiness;
  private final List<Operation> operations;
  private final List<Route> operatorRoutes;
  private final Set<Route> ours;
  private BooleanSupplier prepared = () -> true;
  private HttpServer server;
  private HttpServer operators;

  /**
   * {@code further} are contracts of what other modules serve here, or of doors that stand open
   * only by configuration.
   */
  public HttpApi(
      Vertx vertx,
      String service,
      URL contract,
      Tokens tokens,
      Readiness readiness,
      URL... further) {
    this.vertx = vertx;
    this.service = service;
    this.tokens = tokens;
    this.readiness = readiness;
    tokens.watchedBy(readiness);
    Boot.json();
    operations = new ArrayList<>(Contract.read(contract).operations());
    for (URL more : further) {
      operations.addAll(Contract.read(more).operations());
    }
    router = problemRouter();
    router
        .route()
        .order(FIRST)
        .handler(this::wellFormed)
        .handler(this::inTime)
        .handler(expectations::check)
        .handler(HttpApi::noForm)
        .handler(MediaTypes::uncoded)
        .failureHandler(Problems::render);
    if (operations.stream().anyMatch(o -> o.route().startsWith(LoopbackOnly.DEV_DOORS))) {
      router.route(LoopbackOnly.DEV_DOORS + "*").order(FIRST).handler(LoopbackOnly::check);
    }
    router.route().handler(Expectations::inviteBody);
    router
        .route()
        .handler(
            BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES).setHandleFileUploads(false));
    operatorRoutes = openToOperators(router);
    for (Operation operation : operations) {
      router.route(operation.httpMethod(), operation.route()).handler(ctx -> admit(operation, ctx));
    }
    ours = new HashSet<>(router.getRoutes());
  }

  private Router problemRouter() {
    Router made = Router.router(vertx);
    for (int status : List.of(400, 404, 406, 413, 414, 415, 417, 431)) {
      made.errorHandler(status, Problems::render);
    }
    made.errorHandler(405, ctx -> AllowedMethods.render(made, ctx));
    return made;
  }

  private List<Route> openToOperators(Router router) {
    List<Route> routes =
        List.of(
            router
                .get("/health/live")
                .handler(ctx -> answer(ctx, 200, new JsonObject().put("status", "UP"))),
            router.get("/health/ready").handler(this::ready),
            router.get("/metrics").handler(HttpApi::metrics));
    routes.forEach(route -> route.method(HttpMethod.HEAD));
    return routes;
  }

  /**
   * Health and metrics on a port of their own, and no longer where the world asks. The future holds
   * the port (0 asks for a free one).
   */
  public Future<Integer> operate(String host, int port) {
    operatorRoutes.forEach(Route::remove);
    Router inside = problemRouter();
    inside.route().handler(expectations::check).failureHandler(Problems::render);
    openToOperators(inside);
    operators = vertx.createHttpServer().requestHandler(inside);
    return operators.listen(port, host).map(HttpServer::actualPort);
  }

  /**
   * While {@code prepared} is false every operation answers 503: the service's store is not there
   * yet.
   */
  public HttpApi onlyWhen(BooleanSupplier prepared) {
    this.prepared = prepared;
    return this;
  }

  /** Where the service adds its own routes; each stands in the contract. */
  public Router router() {
    return router;
  }

  /** The setting MAX_HEADER_BYTES: how large all header fields of a request may be together. */
  public static int maxHeaderBytes(Config config) {
    int bytes = config.number("MAX_HEADER_BYTES", DEFAULT_MAX_HEADER_BYTES);
    if (bytes < LEAST_HEADER_BYTES || bytes > MOST_HEADER_BYTES) {
      throw new IllegalArgumentException(
          "MAX_HEADER_BYTES must be from " + LEAST_HEADER_BYTES + " to " + MOST_HEADER_BYTES);
    }
    return bytes;
  }

  /** Listens on loopback; the future holds the port (0 asks for a free one). */
  public Future<Integer> listen(int port) {
    return listen(LOOPBACK, port, DEFAULT_MAX_HEADER_BYTES);
  }

  /** Takes the header fields that a gateway with the same limit passes on. */
  public Future<Integer> listen(String host, int port, int maxHeaderBytes) {
    int most = maxHeaderBytes + ADDED_BY_GATEWAY;
    return listen(
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setHost(host)
                    .setPort(port)
                    .setMaxHeaderSize(most)
                    .setMaxInitialLineLength(MAX_LINE_BYTES)
                    .setCompressionSupported(false)
                    .setPerFrameWebSocketCompressionSupported(false)
                    .setPerMessageWebSocketCompressionSupported(false))
            .invalidRequestHandler(
                request -> EarlyRefusal.undecodable(request, MAX_LINE_BYTES, most))
            .requestHandler(this::accept));
  }

  /**
   * On a server of the caller's making, that hands its requests to {@link #accept}. Fails when a
   * route is missing in the contract, or an operation has no route.
   */
  public Future<Integer> listen(HttpServer made) {
    List<String> differences = differences();
    if (!differences.isEmpty()) {
      return Future.failedFuture(
          new IllegalStateException("contract and routes differ: " + differences));
    }
    for (Route route : router.getRoutes()) {
      if (route.methods() != null && route.methods().contains(HttpMethod.GET)) {
        route.method(HttpMethod.HEAD);
      }
    }
    server = made;
    return server
        .listen()
        .map(HttpServer::actualPort)
        .onSuccess(
            at ->
                log.atInfo()
                    .addKeyValue("service", service)
                    .addKeyValue("port", at)
                    .log("listening"));
  }

  /**
   * Names the request, and routes it. The router takes one without a usable Host for a fault of its
   * own.
   */
  public void accept(HttpServerRequest request) {
    RequestId.begin(request);
    if (hasUsableHost(request)) {
      router.handle(RequestTarget.normalized(request));
      return;
    }
    EarlyRefusal.answer(
        request,
        Refusal.of(
            Refusal.Kind.INVALID,
            "bad-request",
            "send a Host header with a valid host, as HTTP/1.1 asks for"));
  }

  /** HTTP/1.0 needs none (RFC 9112, 3.2). */
  private static boolean hasUsableHost(HttpServerRequest request) {
    if (request.authority() == null) {
      return request.version() == HttpVersion.HTTP_1_0
          && !request.headers().contains(HttpHeaders.HOST);
    }
    return request.authority().toString().length() <= MAX_AUTHORITY_CHARS;
  }

  /**
   * Not ready from now on; finishes the requests in hand, ten seconds at most. Operators hear so
   * until then.
   */
  public Future<Void> close() {
    readiness.stopping();
    Future<Void> drained =
        server == null
            ? Future.succeededFuture()
            : server.shutdown(DRAIN_SECONDS, TimeUnit.SECONDS);
    return operators == null ? drained : drained.eventually(operators::close);
  }

  /** Before any route looks at the path: one that cannot be decoded is the client's fault. */
  private void wellFormed(RoutingContext ctx) {
    try {
      ctx.normalizedPath();
      URLDecoder.decode(ctx.request().path(), StandardCharsets.UTF_8);
      ctx.queryParams();
      List<Refusal.Fault> faults =
          RequestTarget.faults(
              ctx.request().uri(), segment -> parameterAt(ctx.request().path(), segment));
      if (!faults.isEmpty()) {
        ctx.fail(Refusal.invalid(faults));
        return;
      }
    } catch (IllegalArgumentException e) {
      ctx.fail(400);
      return;
    }
    ctx.next();
  }

  private String parameterAt(String path, int segment) {
    return operations.stream()
        .filter(operation -> operation.isAt(path))
        .map(operation -> operation.parameterAt(segment))
        .findFirst()
        .orElse("");
  }

  /** Whoever sends a body slowly holds nobody up for long, answered already or not. */
  private void inTime(RoutingContext ctx) {
    HttpServerRequest request = ctx.request();
    if (!request.isEnded()) {
      long timer = vertx.setTimer(BODY_MILLIS, id -> cutOff(request));
      request.end().onComplete(v -> vertx.cancelTimer(timer));
      ctx.addEndHandler(v -> passOver(request));
    }
    ctx.next();
  }

  /** Others may be on the same connection of HTTP/2, and not know of this one. */
  private static void cutOff(HttpServerRequest request) {
    Future<Void> ended =
        request.version() == HttpVersion.HTTP_2
            ? request.response().reset()
            : request.connection().close();
    ended.onFailure(e -> log.atDebug().addKeyValue("cause", e.toString()).log("gone already"));
  }

  /** What is left of a body that nobody wants stands before the next request. */
  private static void passOver(HttpServerRequest request) {
    if (!request.isEnded()) {
      request.resume();
    }
  }

  /** The body reader would decode a form, and take what is wrong with it for a fault of its own. */
  private static void noForm(RoutingContext ctx) {
    String type = ctx.request().getHeader(HttpHeaders.CONTENT_TYPE);
    String lower = type == null ? "" : type.strip().toLowerCase(Locale.ROOT);
    if (lower.startsWith("multipart/") || lower.startsWith(FORM)) {
      ctx.fail(MediaTypes.unsupported(ctx));
    } else {
      ctx.next();
    }
  }

  private void admit(Operation operation, RoutingContext ctx) {
    if (!prepared.getAsBoolean()) {
      ctx.fail(503);
      return;
    }
    notForEver(ctx);
    token(ctx, operation)
        .onSuccess(
            caller -> {
              try {
                operation.admit(caller);
                operation.check(ctx);
              } catch (Refusal refusal) {
                ctx.fail(refusal);
                return;
              }
              caller.putInto(ctx);
              ctx.next();
            })
        .onFailure(ctx::fail);
  }

  private void notForEver(RoutingContext ctx) {
    long timer =
        vertx.setTimer(
            ANSWERS_WITHIN.toMillis(),
            id -> {
              log.atWarn().addKeyValue("path", ctx.request().path()).log("no answer in time");
              ctx.fail(503);
            });
    ctx.addHeadersEndHandler(v -> vertx.cancelTimer(timer));
    ctx.addEndHandler(v -> vertx.cancelTimer(timer));
  }

  private Future<Caller> token(RoutingContext ctx, Operation operation) {
    String header = ctx.request().getHeader(HttpHeaders.AUTHORIZATION);
    return header == null && !operation.needsToken()
        ? Future.succeededFuture(Caller.NOBODY)
        : tokens.caller(ctx);
  }

  private List<String> differences() {
    Set<String> routed = new HashSet<>();
    for (Route route : router.getRoutes()) {
      if (!ours.contains(route) && route.getPath() != null && route.methods() != null) {
        for (HttpMethod method : route.methods()) {
          routed.add(method.name() + " " + route.getPath());
        }
      }
    }
    Set<String> promised = new HashSet<>();
    operations.forEach(operation -> promised.add(operation.method() + " " + operation.route()));
    List<String> differences = new ArrayList<>();
    promised.stream()
        .filter(r -> !routed.contains(r))
        .forEach(r -> differences.add(r + " has no route"));
    routed.stream()
        .filter(r -> !promised.contains(r))
        .forEach(r -> differences.add(r + " is not in the contract"));
    return differences;
  }

  private void ready(RoutingContext ctx) {
    readiness
        .check()
        .onSuccess(
            result -> {
              JsonArray checks = new JsonArray();
              for (CheckResult check : result.getChecks()) {
                checks.add(
                    new JsonObject()
                        .put("id", check.getId())
                        .put("status", check.getUp() ? "UP" : "DOWN"));
              }
              answer(
                  ctx,
                  result.getUp() ? 200 : 503,
                  new JsonObject()
                      .put("status", result.getUp() ? "UP" : "DOWN")
                      .put("checks", checks));
            })
        .onFailure(ctx::fail);
  }

  private static void metrics(RoutingContext ctx) {
    MeterRegistry registry = BackendRegistries.getDefaultNow();
    ctx.response()
        .putHeader(HttpHeaders.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")
        .end(registry instanceof PrometheusMeterRegistry prometheus ? prometheus.scrape() : "");
  }

  private static void answer(RoutingContext ctx, int status, JsonObject body) {
    ctx.response()
        .setStatusCode(status)
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
        .end(body.toBuffer());
  }
}
