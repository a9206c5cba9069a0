package baedal.runtime;

import io.netty.handler.codec.http2.Http2Exception;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.StreamResetException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns every failure of a request into a problem document (RFC 9457). */
public final class Problems {

  public static final String MEDIA_TYPE = "application/problem+json";

  private static final Logger log = LoggerFactory.getLogger(Problems.class);
  private static final Duration OUTAGE_RETRY = Duration.ofSeconds(2);

  /**
   * The statuses of failures that Vert.x itself reports without an exception, such as an unknown
   * path.
   */
  private static final List<Integer> ROUTER_STATUSES =
      List.of(400, 404, 406, 413, 414, 415, 417, 431);

  private Problems() {}

  /** A router that answers with a problem document even if no route matches a request. */
  static Router router(Vertx vertx) {
    Router router = Router.router(vertx);
    ROUTER_STATUSES.forEach(status -> router.errorHandler(status, Problems::render));
    router.errorHandler(405, ctx -> AllowedMethods.render(router, ctx));
    return router;
  }

  /**
   * Answers with a problem document for the failure of the request. Every route uses it as its
   * failure handler.
   */
  public static void render(RoutingContext ctx) {
    if (ctx.response().ended() || ctx.response().closed()) {
      return;
    }
    if (ctx.response().headWritten()) {
      ctx.response().reset();
      return;
    }
    send(ctx, refusal(ctx));
  }

  /** Responds with this refusal and ignores the failure in the context. */
  public static void send(RoutingContext ctx, Refusal refusal) {
    send(ctx, refusal, body(ctx.request().path(), refusal));
  }

  /**
   * As {@link #send(RoutingContext, Refusal)}, with a problem document to which the caller has
   * added fields.
   */
  public static void send(RoutingContext ctx, Refusal refusal, JsonObject body) {
    ctx.response()
        .setStatusCode(refusal.kind().status())
        .putHeader(HttpHeaders.CONTENT_TYPE, MEDIA_TYPE);
    ctx.response().headers().remove(HttpHeaders.LOCATION);
    if (refusal.retryAfter() != null) {
      ctx.response().putHeader("Retry-After", retryAfter(refusal.retryAfter()));
    }
    if (refusal.kind() == Refusal.Kind.UNAUTHENTICATED) {
      ctx.response()
          .putHeader(
              "WWW-Authenticate",
              refusal.type().equals(Refusal.INVALID_TOKEN)
                  ? "Bearer error=\"invalid_token\""
                  : "Bearer");
    }
    ctx.response().end(body.toBuffer());
  }

  /** The problem document of a refusal; {@code instance} is the path of the request. */
  public static JsonObject body(String instance, Refusal refusal) {
    JsonObject body =
        new JsonObject()
            .put("type", "/problems/" + refusal.type())
            .put("title", title(refusal.kind()))
            .put("status", refusal.kind().status())
            .put("detail", refusal.getMessage())
            .put("instance", instance);
    if (!refusal.faults().isEmpty()) {
      JsonArray errors = new JsonArray();
      refusal
          .faults()
          .forEach(
              f ->
                  errors.add(
                      new JsonObject().put("pointer", f.pointer()).put("detail", f.detail())));
      body.put("errors", errors);
    }
    String traceId = Traces.traceId();
    return traceId == null ? body : body.put("traceId", traceId);
  }

  /**
   * Whether the client reset its stream, closed its connection or broke the protocol before its
   * request ended.
   */
  private static boolean isCausedByClient(Throwable failure, HttpServerRequest request) {
    return failure instanceof StreamResetException
        || failure instanceof Http2Exception
        || (isSending(request)
            && (failure instanceof HttpClosedException || TransientFailures.isOutage(failure)));
  }

  /** Whether the client has not sent its whole body yet. */
  private static boolean isSending(HttpServerRequest request) {
    return !request.isEnded()
        && (request.version() == HttpVersion.HTTP_2
            || request.headers().contains(HttpHeaders.CONTENT_LENGTH)
            || request.headers().contains(HttpHeaders.TRANSFER_ENCODING));
  }

  private static Refusal refusal(RoutingContext ctx) {
    Throwable failure = ctx.failure();
    int status = ctx.statusCode();
    if (failure instanceof HttpException http) {
      status = http.getStatusCode();
      failure = null;
    }
    if (failure instanceof Refusal refusal) {
      return refusal;
    }
    if (failure == null || (status >= 400 && status < 500)) {
      return ofStatus(status);
    }
    if (isCausedByClient(failure, ctx.request())) {
      return ofStatus(400);
    }
    if (TransientFailures.isOutage(failure)) {
      log.atWarn()
          .addKeyValue("path", ctx.request().path())
          .addKeyValue("cause", failure)
          .log("a database, the broker or another service is unavailable: the client gets 503");
      return unavailable();
    }
    log.atError()
        .addKeyValue("path", ctx.request().path())
        .setCause(failure)
        .log("unexpected failure of a request");
    return internal();
  }

  private static Refusal unavailable() {
    return Refusal.unavailable(
        "unavailable", "the service cannot respond now: " + Refusal.RETRY_LATER, OUTAGE_RETRY);
  }

  private static Refusal internal() {
    return Refusal.of(
        Refusal.Kind.INTERNAL,
        "internal",
        "the service failed unexpectedly: report the traceId of this response");
  }

  private static Refusal ofStatus(int status) {
    return switch (status) {
      case 401 -> Refusal.tokenMissing();
      case 403 -> Refusal.forbidden("this request is not allowed");
      case 404 -> Refusal.notFound("no resource has this path");
      case 405 ->
          Refusal.of(
              Refusal.Kind.METHOD_NOT_ALLOWED,
              "method-not-allowed",
              "this path does not accept this method: use a method in the header Allow");
      case 413 ->
          Refusal.of(Refusal.Kind.TOO_LARGE, "too-large", "the body may have at most 64 KiB");
      case 415 ->
          Refusal.of(Refusal.Kind.UNSUPPORTED, "not-json", "send Content-Type: application/json");
      case 417 ->
          Refusal.of(
              Refusal.Kind.EXPECTATION_FAILED,
              "expectation-failed",
              "the only supported expectation is Expect: 100-continue");
      case 503 -> unavailable();
      default ->
          status >= 400 && status < 500
              ? Refusal.of(
                  Refusal.Kind.INVALID,
                  "bad-request",
                  "the request cannot be decoded: check its path, query and header fields")
              : internal();
    };
  }

  private static String title(Refusal.Kind kind) {
    return switch (kind) {
      case INVALID -> "The request does not fit the contract";
      case UNAUTHENTICATED -> "A valid token is needed";
      case PAYMENT_REQUIRED -> "The payment was declined";
      case FORBIDDEN -> "Not allowed";
      case NOT_FOUND -> "Not found";
      case METHOD_NOT_ALLOWED -> "Method not allowed";
      case CONFLICT -> "The state does not allow this request";
      case TOO_LARGE -> "Too large";
      case URI_TOO_LONG -> "URI too long";
      case UNSUPPORTED -> "Unsupported content";
      case EXPECTATION_FAILED -> "Expectation failed";
      case UNPROCESSABLE -> "Cannot be processed";
      case TOO_MANY -> "Too many requests";
      case HEADERS_TOO_LARGE -> "Header fields too large";
      case INTERNAL -> "Internal error";
      case UNAVAILABLE -> "Unavailable right now";
    };
  }

  /** The value of a {@code Retry-After} header: whole seconds, rounded up, at least one. */
  public static String retryAfter(Duration wait) {
    return Long.toString(Math.max(1, (wait.toMillis() + 999) / 1000));
  }
}
