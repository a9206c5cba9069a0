package baedal.gateway;

import baedal.runtime.EarlyRefusal;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates the server that faces the internet. It limits connections, and refuses requests that it
 * cannot decode or that are too large. It passes all other requests to {@link GatewayPipeline}.
 */
final class PublicHttpServer {

  private static final int MAX_LINE_BYTES = 4 * 1024;

  private static final Logger log = LoggerFactory.getLogger(PublicHttpServer.class);

  private final Vertx vertx;
  private final GatewayConfig config;
  private final ConnectionLimits connections;
  private final RequestSize size;
  private final Cors cors;

  PublicHttpServer(Vertx vertx, GatewayConfig config, ConnectionLimits connections, Cors cors) {
    this.vertx = vertx;
    this.config = config;
    this.connections = connections;
    this.cors = cors;
    size = new RequestSize(MAX_LINE_BYTES, config.http().maxHeaderBytes());
  }

  /** Creates a server that passes each request that it accepts to {@code pipeline}. */
  HttpServer create(Handler<HttpServerRequest> pipeline) {
    HttpServerOptions options = options();
    Optional<Certificate> certificate =
        config.http().tls().map(files -> new Certificate(vertx, files));
    certificate.ifPresent(tls -> tls.applyTo(options));
    HttpServer server = vertx.createHttpServer(options);
    certificate.ifPresent(tls -> tls.reloadInto(server, options.getSslOptions()));
    return handle(server, options, pipeline);
  }

  /** Creates a server like {@link #create}, but without TLS and on a free port of loopback. */
  HttpServer createForWarmUp(Handler<HttpServerRequest> pipeline) {
    HttpServerOptions options = options().setHost("127.0.0.1").setPort(0);
    return handle(vertx.createHttpServer(options), options, pipeline);
  }

  private HttpServer handle(
      HttpServer server, HttpServerOptions options, Handler<HttpServerRequest> pipeline) {
    return server
        .connectionHandler(connection -> open(connection, options))
        .invalidRequestHandler(this::refuseUndecodable)
        .requestHandler(request -> passUnlessTooLarge(pipeline, request));
  }

  private void open(HttpConnection connection, HttpServerOptions options) {
    StrictDecoder.install(connection, options);
    FrameLimits.install(connection);
    connection.exceptionHandler(PublicHttpServer::logBrokenConnection);
    connections.open(connection);
  }

  private void refuseUndecodable(HttpServerRequest request) {
    addHeadersToResponse(request);
    EarlyRefusal.undecodable(request, MAX_LINE_BYTES, config.http().maxHeaderBytes());
  }

  private void passUnlessTooLarge(Handler<HttpServerRequest> pipeline, HttpServerRequest request) {
    addHeadersToResponse(request);
    size.refusal(request)
        .ifPresentOrElse(
            refusal -> EarlyRefusal.end(request, refusal), () -> pipeline.handle(request));
  }

  /**
   * The idle timeout of a connection includes the time in which a client waits for a slow service.
   */
  private HttpServerOptions options() {
    Duration silence = config.http().idleTimeout().plus(config.upstreamTimeout());
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

  /** At debug level: clients could fill the log by breaking the protocol or their connections. */
  private static void logBrokenConnection(Throwable e) {
    log.atDebug().addKeyValue("cause", e.toString()).log("client connection failed");
  }

  /**
   * Adds headers to the response of a request that does not reach the pipeline. When a request
   * reaches the pipeline, the router replaces this handler, and the pipeline adds the same headers.
   */
  private void addHeadersToResponse(HttpServerRequest request) {
    request
        .response()
        .headersEndHandler(
            v -> {
              SecurityHeaders.put(request);
              cors.putHeaders(request);
            });
  }
}
