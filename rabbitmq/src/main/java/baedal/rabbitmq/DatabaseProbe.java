package baedal.rabbitmq;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Pings the service's own database until it answers again, for {@link MessageProcessor}. All
 * messages that wait for the database share one series of pings. All methods run on the consumer's
 * context.
 */
final class DatabaseProbe {

  private static final long INTERVAL_MILLIS = 500;
  private static final long PING_TIMEOUT_MILLIS = 2_000;

  private final Vertx vertx;
  private final Supplier<Future<?>> ping;

  /** Completes when the wait for the database ends; null while no message waits. */
  private Promise<Void> waiting;

  DatabaseProbe(Vertx vertx, Supplier<Future<?>> ping) {
    this.vertx = vertx;
    this.ping = ping;
  }

  /**
   * Succeeds when a ping succeeds or {@link #release} is called. The first ping starts after
   * {@value #INTERVAL_MILLIS} ms.
   */
  Future<Void> available() {
    if (waiting == null) {
      waiting = Promise.promise();
      pingLater(waiting);
    }
    return waiting.future();
  }

  /** Ends the wait of all messages, whether the database answers or not. */
  void release() {
    Promise<Void> released = waiting;
    waiting = null;
    if (released != null) {
      released.complete();
    }
  }

  private void pingLater(Promise<Void> wait) {
    vertx.setTimer(
        INTERVAL_MILLIS,
        id -> {
          if (wait == waiting) {
            Future.succeededFuture()
                .compose(v -> ping.get())
                .timeout(PING_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
                .onSuccess(v -> release())
                .onFailure(e -> pingLater(wait));
          }
        });
  }
}
