package baedal.gateway;

import baedal.runtime.ContextFutures;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Limits the number of concurrent calls. Further calls wait in a queue for a limited time. {@link
 * PaymentBreaker} limits its probes with it. Runs on one event loop.
 */
final class Bulkhead {

  private final Vertx vertx;
  private final Duration maxWait;
  private final Deque<Promise<Void>> waiting = new ArrayDeque<>();
  private int free;

  Bulkhead(Vertx vertx, int maxConcurrent, Duration maxWait) {
    this.vertx = vertx;
    this.maxWait = maxWait;
    free = maxConcurrent;
  }

  /**
   * Completes when the caller has a permit, which it must return with {@link #release}. Fails if no
   * permit is free within the maximum wait.
   */
  Future<Void> acquire() {
    if (free > 0 && waiting.isEmpty()) {
      free--;
      return Future.succeededFuture();
    }
    Promise<Void> permit = Promise.promise();
    waiting.add(permit);
    long timer =
        vertx.setTimer(
            maxWait.toMillis(),
            id -> {
              waiting.remove(permit);
              permit.tryFail("no free permit in time");
            });
    return ContextFutures.onCallersContext(permit.future())
        .onComplete(done -> vertx.cancelTimer(timer));
  }

  /**
   * Returns a permit. The next call in the queue gets it in a later event-loop iteration, so that
   * calls do not nest on the stack.
   */
  void release() {
    free++;
    vertx.runOnContext(v -> grantNext());
  }

  private void grantNext() {
    if (free > 0 && !waiting.isEmpty()) {
      free--;
      waiting.remove().complete();
    }
  }
}
