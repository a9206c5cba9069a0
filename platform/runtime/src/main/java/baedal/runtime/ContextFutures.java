package baedal.runtime;

import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.PromiseInternal;

/** Futures that several requests wait for, such as a shared fetch or the end of a queue's task. */
public final class ContextFutures {

  private ContextFutures() {}

  /**
   * A future with the result of {@code shared} that completes on the caller's Vert.x context. The
   * caller's handlers then run under its own request id and trace, not under those of the request
   * that started or completed {@code shared}. Outside any context this is {@code shared} itself.
   */
  public static <T> Future<T> onCallersContext(Future<T> shared) {
    ContextInternal context = ContextInternal.current();
    if (context == null) {
      return shared;
    }
    PromiseInternal<T> promise = context.promise();
    shared.onComplete(promise);
    return promise.future();
  }
}
