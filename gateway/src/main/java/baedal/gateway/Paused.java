package baedal.gateway;

import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Consumer;

/**
 * Lets a handler wait for a future while the request is paused, so that no part of its body is
 * lost.
 */
final class Paused {

  private Paused() {}

  /**
   * Pauses the request until {@code future} completes. Then {@code next} gets the result of {@code
   * future}, or the request fails with the error of {@code future}. Neither happens if the client
   * has disconnected by then or the request has already failed: an HTTP/2 stream that was reset can
   * no longer be read or answered.
   */
  static <T> void until(RoutingContext ctx, Future<T> future, Consumer<T> next) {
    ctx.request().pause();
    future.onComplete(
        done -> {
          if (ctx.response().closed() || ctx.failed()) {
            return;
          }
          if (done.failed()) {
            ctx.fail(done.cause());
            return;
          }
          ctx.request().resume();
          next.accept(done.result());
        });
  }
}
