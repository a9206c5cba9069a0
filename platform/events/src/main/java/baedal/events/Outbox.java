package baedal.events;

import io.vertx.core.Future;
import java.util.List;

/**
 * The unpublished events of a service, which were written together with the state. Each store
 * module implements it. Several relays may take batches at once: at any time only one of them has
 * messages of an aggregate, in their order.
 */
public interface Outbox {

  /** The outbox of a service that publishes nothing. */
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
   * Takes the next messages, {@code max} at most. Other relays do not get them before {@code sent}
   * or {@code release}.
   */
  Future<Batch> next(int max);

  /** Messages that a relay has taken. */
  interface Batch {

    List<String> messages();

    /** Deletes the messages from the outbox: the broker has confirmed all of them. */
    Future<Void> sent();

    /** Keeps the messages in the outbox, for the next relay. */
    Future<Void> release();
  }
}
