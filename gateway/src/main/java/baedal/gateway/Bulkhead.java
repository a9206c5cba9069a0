package baedal.gateway;

import baedal.runtime.ContextFutures;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** So many at once; the others wait in a row, and for a moment only. On one event loop. */
final class Bulkhead {

  private final Vertx vertx;
  private final Duration patience;
  private final Deque<Promise<Void>> waiting = new ArrayDeque<>();
  private int free;

  Bulkhead(Vertx vertx, int atOnce, Duration patience) {
    this.vertx = vertx;
    this.patience = patience;
    free = atOnce;
  }

  /** Done when it is one's turn, which {@link #over} ends; fails when that took too long. */
  Future<Void> next() {
    if (free > 0 && waiting.isEmpty()) {
      free--;
      return Future.succeededFuture();
    }
    Promise<Void> turn = Promise.promise();
    waiting.add(turn);
    long timer =
        vertx.setTimer(
            patience.toMillis(),
            id -> {
              waiting.remove(turn);
              turn.tryFail("others take too long");
            });
    return ContextFutures.onCallersContext(turn.future())
        .onComplete(done -> vertx.cancelTimer(timer));
  }

  void over() {
    free++;
    vertx.runOnContext(v -> callNext());
  }

  private void callNext() {
    if (free > 0 && !waiting.isEmpty()) {
      free--;
      waiting.remove().complete();
    }
  }
}
