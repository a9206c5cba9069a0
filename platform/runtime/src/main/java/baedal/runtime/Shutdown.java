package baedal.runtime;

import io.vertx.core.Future;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops the parts of a service one after another. If one part fails to stop, this is logged and the
 * next part is stopped.
 */
public final class Shutdown {

  private static final Logger log = LoggerFactory.getLogger(Shutdown.class);

  private Shutdown() {}

  @SafeVarargs
  public static Future<Void> inOrder(Supplier<Future<Void>>... parts) {
    Future<Void> done = Future.succeededFuture();
    for (Supplier<Future<Void>> part : parts) {
      done = done.compose(v -> stop(part));
    }
    return done;
  }

  private static Future<Void> stop(Supplier<Future<Void>> part) {
    return part.get()
        .recover(
            e -> {
              log.atWarn()
                  .addKeyValue("cause", e.toString())
                  .log("one part of this service did not stop cleanly; stopping the others too");
              return Future.succeededFuture();
            });
  }
}
