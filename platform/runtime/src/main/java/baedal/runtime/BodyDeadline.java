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
 * keep a connection. The limit also applies when the response was sent already.
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
   * Closes the connection with HTTP/1.x. Resets only the stream with HTTP/2, since other requests
   * share the connection.
   */
  private static void abort(HttpServerRequest request) {
    Future<Void> aborted =
        request.version() == HttpVersion.HTTP_2
            ? request.response().reset()
            : request.connection().close();
    aborted.onFailure(
        e -> log.atDebug().addKeyValue("cause", e.toString()).log("the client closed first"));
  }

  /** Drains the unread body; otherwise it blocks the next request on this connection. */
  private static void drain(HttpServerRequest request) {
    if (!request.isEnded()) {
      request.resume();
    }
  }
}
