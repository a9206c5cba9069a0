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
 * Acknowledges what one connection delivered, several with one word where they follow each other: a
 * quorum queue agrees on each word anew. To be used on one context: words overtake each other on
 * two.
 */
final class Acknowledgements {

  /** Half of what a consumer has in hand, so that it never waits for its last one. */
  private static final int AT_ONCE = EventConsumer.PREFETCH / 2;

  private static final long WITHIN_MILLIS = 5;

  private final Vertx vertx;
  private final RabbitMQClient client;
  private final NavigableSet<Long> inHand = new TreeSet<>();
  private final NavigableSet<Long> settled = new TreeSet<>();
  private Promise<Void> said;

  Acknowledgements(Vertx vertx, RabbitMQClient client) {
    this.vertx = vertx;
    this.client = client;
  }

  /** From here on, nothing acknowledges {@code tag} before {@link #acknowledge} is told to. */
  void delivered(long tag) {
    inHand.add(tag);
  }

  /** Succeeds when the broker has been told, which may be a few milliseconds later. */
  Future<Void> acknowledge(long tag) {
    inHand.remove(tag);
    settled.add(tag);
    if (said == null) {
      Promise<Void> mine = Promise.promise();
      said = mine;
      vertx.setTimer(WITHIN_MILLIS, id -> say(mine));
    }
    Promise<Void> mine = said;
    if (settled.size() >= AT_ONCE) {
      say(mine);
    }
    return mine.future();
  }

  private void say(Promise<Void> waiting) {
    if (waiting == said) {
      said = null;
      Future.succeededFuture().compose(v -> words()).onComplete(waiting);
    }
  }

  /** The client throws, or opens another channel, when the one that delivered is closed. */
  private Future<Void> words() {
    if (!client.isOpenChannel()) {
      return Future.failedFuture(new IOException("the channel is closed"));
    }
    List<Future<Void>> words = new ArrayList<>();
    NavigableSet<Long> beforeAllInHand =
        inHand.isEmpty() ? settled : settled.headSet(inHand.first(), false);
    if (!beforeAllInHand.isEmpty()) {
      words.add(client.basicAck(beforeAllInHand.last(), true));
      beforeAllInHand.clear();
    }
    settled.forEach(tag -> words.add(client.basicAck(tag, false)));
    settled.clear();
    return Future.all(words).mapEmpty();
  }
}
