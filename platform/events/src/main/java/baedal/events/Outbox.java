package baedal.events;

import io.vertx.core.Future;
import java.util.List;

/**
 * The unpublished events of a service, which were written together with the state. The modules
 * postgres, mongodb and redis implement it; the relay in rabbitmq reads it. Several relays may take
 * batches at the same time. At most one relay at a time holds the messages of an aggregate, in
 * their order.
 */
public interface Outbox {

  /** Returns the outbox of a service that publishes nothing. */
  static Outbox none() {
    Batch empty =
        new Batch() {
          @Override
          public List<String> messages() {
            return List.of();
          }

          @Override
          public boolean more() {
            return false;
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
   * Takes the next messages. No other relay receives them until {@link Batch#release}, or until the
   * lock or lease of the batch ends.
   */
  Future<Batch> next(int max);

  /** The messages that a relay has taken. */
  interface Batch {

    List<String> messages();

    /**
     * Returns whether the outbox may hold messages that are not in this batch: it reached its
     * maximum, another relay had locked them, or a part of the outbox was not read.
     */
    boolean more();

    /** Deletes the messages from the outbox, after the broker has confirmed all of them. */
    Future<Void> sent();

    /** Keeps the messages in the outbox, so that any relay can take them again. */
    Future<Void> release();
  }
}
