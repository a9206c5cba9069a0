package baedal.runtime;

import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.PromiseInternal;

/** Lets several requests wait for one future, such as the fetch of an issuer's keys. */
public final class ContextFutures {

  private ContextFutures() {}

  /**
   * Returns a future with the result of {@code shared} that completes on the caller's Vert.x
   * context. Handlers of the returned future log the caller's request id and trace. Handlers of
   * {@code shared} would log the ids of the request that started it. Outside any Vert.x context,
   * the method returns {@code shared} itself.
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
