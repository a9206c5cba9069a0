package baedal.events;

import io.vertx.core.Future;
import java.util.List;

/**
 * Where events wait that were written together with the state they tell of. Several relays may take
 * from it at once: no two get the same aggregate's messages at a time, and each aggregate's come in
 * order.
 */
public interface Outbox {

  /** Of a service that only listens. */
  static Outbox none() {
    Batch empty =
        new Batch() {
          @Override
          public List<String> messages() {
            return List.of();
          }

          @Override
          public Future<Void> sent() {
            return Future.succeededFuture();
          }

          @Override
          public Future<Void> release() {
            return Future.succeededFuture();
          }
        };
    return max -> Future.succeededFuture(empty);
  }

  /**
   * The next messages, {@code max} at most, kept from other relays until {@code sent} or {@code
   * release}.
   */
  Future<Batch> next(int max);

  /** Messages in hand, as JSON. */
  interface Batch {

    List<String> messages();

    /** The broker has them all: they leave the outbox. */
    Future<Void> sent();

    /** They stay, for whoever asks next. */
    Future<Void> release();
  }
}
