package baedal.store;

import baedal.runtime.ContextFutures;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Work on one thing, one after another within this process, so that a thing that everybody wants is
 * not fought over; what other processes do is decided by the database.
 */
final class KeyedQueue {

  private final Map<String, Future<Void>> last = new ConcurrentHashMap<>();

  /** Begins {@code work} when all that was asked for {@code key} before is over, well or not. */
  <T> Future<T> next(String key, Supplier<Future<T>> work) {
    Promise<Void> over = Promise.promise();
    Future<Void> before = last.put(key, over.future());
    Future<Void> turn = before == null ? Future.succeededFuture() : before;
    return ContextFutures.onCallersContext(turn)
        .compose(v -> work.get())
        .onComplete(
            done -> {
              last.remove(key, over.future());
              over.complete();
            });
  }
}
