package baedal.runtime;

import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.PromiseInternal;

/** What several wait for. */
public final class ContextFutures {

  private ContextFutures() {}

  /**
   * The same, told on the context of who asks: each goes on under the name of its own request, and
   * not under that of the one for whose sake it was begun, or who ended it.
   */
  public static <T> Future<T> here(Future<T> shared) {
    ContextInternal asker = ContextInternal.current();
    if (asker == null) {
      return shared;
    }
    PromiseInternal<T> told = asker.promise();
    shared.onComplete(told);
    return told.future();
  }
}
