package baedal.runtime;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts and stops the HTTP servers of one {@link HttpApi}: the public one and the operators'. */
final class ServerLifecycle {

  private static final Logger log = LoggerFactory.getLogger(ServerLifecycle.class);

  private static final int MAX_LINE_BYTES = 16 * 1024;

  /** Space for the header fields that the gateway adds to the client's header fields. */
  private static final int ADDED_BY_GATEWAY_BYTES = 8 * 1024;

  private static final long DRAIN_SECONDS = 10;

  private final Vertx vertx;
  private final String service;
  private final ConnectionLifetime connections;
  private HttpServer server;
  private HttpServer operators;

  ServerLifecycle(Vertx vertx, String service, ConnectionLifetime connections) {
    this.vertx = vertx;
    this.service = service;
    this.connections = connections;
  }

  /**
   * Makes a server of a service that does not listen yet. It limits the age of its connections. It
   * refuses a request that cannot be decoded, without calling {@code accept}.
   */
  HttpServer create(
      String host, int port, int gatewayHeaderBytes, Handler<HttpServerRequest> accept) {
    int maxHeaderBytes = gatewayHeaderBytes + ADDED_BY_GATEWAY_BYTES;
    return vertx
        .createHttpServer(
            new HttpServerOptions()
                .setHost(host)
                .setPort(port)
                .setMaxHeaderSize(maxHeaderBytes)
                .setMaxInitialLineLength(MAX_LINE_BYTES)
                .setCompressionSupported(false)
                .setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false))
        .connectionHandler(connections::limit)
        .invalidRequestHandler(
            request -> EarlyRefusal.undecodable(request, MAX_LINE_BYTES, maxHeaderBytes))
        .requestHandler(accept);
  }

  /** Begins to listen. The future holds the port. */
  Future<Integer> listen(HttpServer publicServer) {
    server = publicServer;
    return server
        .listen()
        .map(HttpServer::actualPort)
        .onSuccess(
            port ->
                log.atInfo()
                    .addKeyValue("service", service)
                    .addKeyValue("port", port)
                    .log("listening"));
  }

  /** Begins to listen. The future holds the port. */
  Future<Integer> listenForOperators(Handler<HttpServerRequest> routes, String host, int port) {
    operators = vertx.createHttpServer().requestHandler(routes);
    return operators.listen(port, host).map(HttpServer::actualPort);
  }

  /**
   * Accepts no new connections. Closes the public server when the requests in progress have ended
   * or after ten seconds, and then the operators' server.
   */
  Future<Void> close() {
    Future<Void> drained =
        server == null
            ? Future.succeededFuture()
            : server.shutdown(DRAIN_SECONDS, TimeUnit.SECONDS);
    return operators == null ? drained : drained.eventually(operators::close);
  }
}
