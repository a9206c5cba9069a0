package baedal.runtime;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Aborts a request whose body has not arrived after ten seconds, so that a slow client does not
 * keep a connection open. The limit also applies after the response has been sent.
 */
final class BodyDeadline {

  private static final Logger log = LoggerFactory.getLogger(BodyDeadline.class);
  private static final long DEADLINE_MILLIS = 10_000;

  private final Vertx vertx;

  BodyDeadline(Vertx vertx) {
    this.vertx = vertx;
  }

  void start(RoutingContext ctx) {
    HttpServerRequest request = ctx.request();
    if (!request.isEnded()) {
      long timer = vertx.setTimer(DEADLINE_MILLIS, id -> abort(request));
      request.end().onComplete(v -> vertx.cancelTimer(timer));
      ctx.addEndHandler(v -> drain(request));
    }
    ctx.next();
  }

  /**
   * Closes an HTTP/1.x connection. On an HTTP/2 connection, which other requests share, it resets
   * only the stream of this request.
   */
  private static void abort(HttpServerRequest request) {
    Future<Void> aborted =
        request.version() == HttpVersion.HTTP_2
            ? request.response().reset()
            : request.connection().close();
    aborted.onFailure(
        e ->
            log.atDebug()
                .addKeyValue("cause", e.toString())
                .log("cannot abort the request: the client has already closed the connection"));
  }

  /**
   * Reads and discards the rest of the body, which would block the next request on this connection.
   */
  private static void drain(HttpServerRequest request) {
    if (!request.isEnded()) {
      request.resume();
    }
  }
}
