package baedal.gateway;

import baedal.runtime.Problems;
import baedal.runtime.Refusal;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/**
 * The side of the gateway that the world sees: the server, and what is true for each request and
 * each answer whatever it is about.
 */
final class Edge {

  /** Before any other route, so that no answer escapes. */
  private static final int FIRST = Integer.MIN_VALUE;

  private final Vertx vertx;
  private final GatewayConfig config;

  Edge(Vertx vertx, GatewayConfig config) {
    this.vertx = vertx;
    this.config = config;
  }

  void mount(Router router) {
    router.route().order(FIRST).handler(Edge::enter);
    if (!config.edge().corsOrigins().isEmpty()) {
      router.route().order(FIRST).handler(new Cors(config.edge().corsOrigins())::handle);
    }
  }

  /** Hands each request that can be read to {@code accept}. */
  HttpServer server(Handler<HttpServerRequest> accept) {
    return vertx
        .createHttpServer(new HttpServerOptions().setHost(config.host()).setPort(config.port()))
        .invalidRequestHandler(Edge::refuse)
        .requestHandler(
            request -> {
              dressed(request);
              accept.handle(request);
            });
  }

  /** The router has one place for all that wait for the head of an answer: there, too. */
  private static void enter(RoutingContext ctx) {
    ctx.addHeadersEndHandler(v -> AnswerHeaders.put(ctx.request()));
    ctx.next();
  }

  private static void dressed(HttpServerRequest request) {
    request.response().headersEndHandler(v -> AnswerHeaders.put(request));
  }

  /** What is no HTTP, or has too much of it, ends the connection. */
  private static void refuse(HttpServerRequest request) {
    Throwable cause = request.decoderResult().cause();
    int status = 400;
    if (cause instanceof TooLongHttpLineException) {
      status = 414;
    } else if (cause instanceof TooLongHttpHeaderException) {
      status = 431;
    }
    Refusal refusal =
        Refusal.of(Refusal.Kind.INVALID, "bad-request", "the request is not understood");
    dressed(request);
    request
        .response()
        .setStatusCode(status)
        .putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE)
        .putHeader(HttpHeaders.CONTENT_TYPE, Problems.MEDIA_TYPE)
        .end(Problems.body(request.path(), refusal).put("status", status).toBuffer())
        .onComplete(sent -> request.connection().close());
  }
}
