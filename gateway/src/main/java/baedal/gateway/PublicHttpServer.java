package baedal.gateway;

import baedal.runtime.EarlyRefusal;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The side of the gateway that the world sees: the server, and what is true for each request and
 * each answer whatever it is about.
 */
final class PublicHttpServer {

  /** Before any other route, so that no answer escapes. */
  private static final int FIRST = Integer.MIN_VALUE;

  private static final int MAX_LINE_BYTES = 4 * 1024;

  private static final Logger log = LoggerFactory.getLogger(PublicHttpServer.class);

  private final Vertx vertx;
  private final GatewayConfig config;
  private final ConnectionLimits connections;
  private final RequestSize size;
  private final Optional<Cors> cors;

  PublicHttpServer(Vertx vertx, GatewayConfig config, Addresses addresses) {
    this.vertx = vertx;
    this.config = config;
    connections = new ConnectionLimits(vertx, config.edge(), addresses);
    size = new RequestSize(MAX_LINE_BYTES, config.edge().maxHeaderBytes());
    List<String> origins = config.edge().corsOrigins();
    cors = origins.isEmpty() ? Optional.empty() : Optional.of(new Cors(origins));
  }

  void mount(Router router) {
    router.route().order(FIRST).handler(connections::asked).handler(PublicHttpServer::enter);
    cors.ifPresent(named -> router.route().order(FIRST).handler(named::handle));
  }

  /** Hands each request that can be read to {@code accept}. */
  HttpServer server(Handler<HttpServerRequest> accept) {
    HttpServerOptions options = options();
    Optional<Certificate> certificate =
        config.edge().tls().map(files -> new Certificate(vertx, files));
    certificate.ifPresent(shown -> shown.secure(options));
    HttpServer server = vertx.createHttpServer(options);
    certificate.ifPresent(shown -> shown.follow(server, options.getSslOptions()));
    return server
        .connectionHandler(
            connection -> {
              StrictDecoder.guard(connection, options);
              FrameLimits.guard(connection);
              connection.exceptionHandler(PublicHttpServer::brokenByClient);
              connections.opened(connection);
            })
        .invalidRequestHandler(
            request -> {
              dressed(request);
              EarlyRefusal.undecodable(request, MAX_LINE_BYTES, config.edge().maxHeaderBytes());
            })
        .requestHandler(
            request -> {
              dressed(request);
              size.refusal(request)
                  .ifPresentOrElse(
                      refusal -> EarlyRefusal.end(request, refusal), () -> accept.handle(request));
            });
  }

  /** Whoever waits for an answer hears nothing for as long as a service may be silent. */
  private HttpServerOptions options() {
    Duration silence = config.edge().idleTimeout().plus(config.upstreamTimeout());
    HttpServerOptions options = size.applyTo(new HttpServerOptions());
    return options
        .setHost(config.host())
        .setPort(config.port())
        .setHttp2ClearTextEnabled(false)
        .setPerFrameWebSocketCompressionSupported(false)
        .setPerMessageWebSocketCompressionSupported(false)
        .setIdleTimeout((int) silence.toMillis())
        .setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
  }

  /** A client that breaks the protocol, or resets its connection, could fill the log. */
  private static void brokenByClient(Throwable e) {
    log.atDebug().addKeyValue("cause", e.toString()).log("a client's connection failed");
  }

  /** The router has one place for all that wait for the head of an answer: there, too. */
  private static void enter(RoutingContext ctx) {
    ctx.addHeadersEndHandler(v -> SecurityHeaders.put(ctx.request()));
    ctx.next();
  }

  /** For the requests that do not reach the router. */
  private void dressed(HttpServerRequest request) {
    request
        .response()
        .headersEndHandler(
            v -> {
              SecurityHeaders.put(request);
              cors.ifPresent(named -> named.put(request));
            });
  }
}
