package baedal.runtime;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Runs the work of one key in the order in which it was submitted. Work of different keys runs
 * concurrently. The order holds within one process only.
 */
public final class KeyedQueue {

  private final Map<String, Future<Void>> last = new ConcurrentHashMap<>();

  /**
   * Starts {@code work} on the caller's Vert.x context, after all earlier work of {@code key} has
   * succeeded or failed.
   */
  public <T> Future<T> submit(String key, Supplier<Future<T>> work) {
    Promise<Void> ended = Promise.promise();
    Future<Void> previous = last.put(key, ended.future());
    return ContextFutures.onCallersContext(previous == null ? Future.succeededFuture() : previous)
        .compose(v -> work.get())
        .onComplete(
            result -> {
              last.remove(key, ended.future());
              ended.complete();
            });
  }

  /** Whether work of {@code key} has not ended yet. */
  public boolean isBusy(String key) {
    return last.containsKey(key);
  }

  /** Succeeds when all work that has been submitted so far has ended. */
  public Future<Void> idle() {
    return Future.join(List.copyOf(last.values())).mapEmpty();
  }
}
