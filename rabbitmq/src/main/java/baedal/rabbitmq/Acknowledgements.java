package baedal.rabbitmq;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.rabbitmq.RabbitMQClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * Acknowledges the messages of one connection in batches, for {@link EventConsumer}. One AMQP
 * {@code basic.ack} covers several messages where possible, because a quorum queue replicates every
 * acknowledgement. All methods must run on one context, so that acknowledgements stay in order.
 */
final class Acknowledgements {

  /**
   * Long enough to acknowledge several events together at 50 events a second. If the process dies,
   * the broker delivers the unacknowledged events again, which have no second effect.
   */
  private static final long MAX_DELAY_MILLIS = 50;

  private final Vertx vertx;
  private final RabbitMQClient client;

  /** When so many acknowledgements wait, they are sent at once. */
  private final int maxWaiting;

  private final NavigableSet<Long> unfinished = new TreeSet<>();
  private final NavigableSet<Long> finished = new TreeSet<>();

  /** Completes when the next batch is sent; null while no acknowledgement waits to be sent. */
  private Promise<Void> nextBatch;

  /**
   * @param prefetch maximum number of unacknowledged messages. The acknowledgements are sent when
   *     they are a quarter of it, so that the broker sends more messages while the consumer handles
   *     the others.
   */
  Acknowledgements(Vertx vertx, RabbitMQClient client, int prefetch) {
    this.vertx = vertx;
    this.client = client;
    maxWaiting = Math.max(1, prefetch / 4);
  }

  /**
   * Registers a message by its delivery tag. The message stays unacknowledged until {@link
   * #acknowledge} is called with this tag.
   */
  void delivered(long tag) {
    unfinished.add(tag);
  }

  /**
   * Acknowledges the message with this delivery tag. The future succeeds when the acknowledgement
   * is sent, at most {@value #MAX_DELAY_MILLIS} ms after the call. It fails if the channel is
   * closed.
   */
  Future<Void> acknowledge(long tag) {
    unfinished.remove(tag);
    finished.add(tag);
    if (nextBatch == null) {
      Promise<Void> batch = Promise.promise();
      nextBatch = batch;
      vertx.setTimer(MAX_DELAY_MILLIS, id -> flush(batch));
    }
    Promise<Void> batch = nextBatch;
    if (finished.size() >= maxWaiting) {
      flush(batch);
    }
    return batch.future();
  }

  private void flush(Promise<Void> batch) {
    if (batch == nextBatch) {
      nextBatch = null;
      Future.succeededFuture().compose(v -> send()).onComplete(batch);
    }
  }

  /**
   * Sends the waiting acknowledgements. Checks first that the channel is open: on a closed channel,
   * the client throws, or it opens another channel, which does not know the delivery tags of the
   * closed one.
   */
  private Future<Void> send() {
    if (!client.isOpenChannel()) {
      return Future.failedFuture(new IOException("the channel is closed"));
    }
    List<Future<Void>> sent = new ArrayList<>();
    NavigableSet<Long> beforeAllUnfinished =
        unfinished.isEmpty() ? finished : finished.headSet(unfinished.first(), false);
    if (!beforeAllUnfinished.isEmpty()) {
      sent.add(client.basicAck(beforeAllUnfinished.last(), true));
      beforeAllUnfinished.clear();
    }
    finished.forEach(tag -> sent.add(client.basicAck(tag, false)));
    finished.clear();
    return Future.all(sent).mapEmpty();
  }
}
