package baedal.rabbitmq;

import baedal.events.EventMessage;
import baedal.events.EventMessages;
import baedal.events.EventTypes;
import com.rabbitmq.client.AMQP;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.rabbitmq.RabbitMQClient;
import io.vertx.rabbitmq.RabbitMQConfirmation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Publishes, and says «done» only when the broker has confirmed. A confirm counts only on the
 * connection on which the message went out, and only in time: all else fails, and is sent again by
 * whoever asked.
 */
public final class EventPublisher {

  private static final long CONFIRM_SECONDS = 5;
  private static final int PERSISTENT = 2;
  private static final int TRANSIENT = 1;
  private static final String DEFAULT_EXCHANGE = "";

  private final BrokerConnection link;
  private volatile ConfirmChannel epoch;
  private volatile Promise<Void> ready = Promise.promise();
  private Runnable whenConnected = () -> {};

  public EventPublisher(Vertx vertx, String amqpUri, String connectionName) {
    link =
        new BrokerConnection(vertx, amqpUri, connectionName + "-publisher", this::up, this::down);
  }

  /** Connects, and keeps connecting; publishing fails while the broker is away. */
  public void start() {
    link.start();
  }

  public boolean connected() {
    return link.connected();
  }

  /** Succeeds as soon as there is a connection. */
  Future<Void> ready() {
    return ready.future();
  }

  /** Runs {@code action} at every new connection: what waited can go now. */
  public void onConnected(Runnable action) {
    whenConnected = action;
  }

  public Future<Void> stop() {
    return link.stop();
  }

  /**
   * Publishes messages in the JSON of {@link EventMessages}; each to its exchange, in order,
   * persistent.
   */
  public Future<Void> publish(List<String> messages) {
    return onContext(
        now -> {
          List<Future<Void>> confirmed = new ArrayList<>(messages.size());
          for (String message : messages) {
            EventMessages.Header header = EventMessages.header(message);
            AMQP.BasicProperties properties = properties(header.id(), PERSISTENT).build();
            confirmed.add(
                now.send(
                    EventTypes.exchange(header.type()),
                    header.type(),
                    properties,
                    Buffer.buffer(message)));
          }
          return Future.all(confirmed).mapEmpty();
        });
  }

  /**
   * Publishes something that may be lost, such as a rider's position: not persistent, not
   * confirmed.
   */
  public Future<Void> publishTransient(EventMessage message) {
    return onContext(
        now ->
            now.client.basicPublish(
                EventTypes.exchange(message.type()),
                message.type(),
                properties(message.id(), TRANSIENT).build(),
                Buffer.buffer(EventMessages.encode(message))));
  }

  /** Publishes one message to where it is told; succeeds when the broker has confirmed it. */
  Future<Void> send(
      String exchange, String routingKey, AMQP.BasicProperties properties, Buffer body) {
    return onContext(now -> now.send(exchange, routingKey, properties, body));
  }

  /** The broker confirms what no queue takes: so it is looked for first. */
  Future<Void> sendTo(String queue, AMQP.BasicProperties properties, Buffer body) {
    return onContext(
        now ->
            now.client
                .messageCount(queue)
                .compose(v -> now.send(DEFAULT_EXCHANGE, queue, properties, body)));
  }

  /**
   * On the link's own context, whose blocking calls keep their order, whoever asks. A channel that
   * was closed counts as away: the client would open another, and wait for it on the event loop.
   */
  private Future<Void> onContext(Function<ConfirmChannel, Future<Void>> work) {
    Promise<Void> done = Promise.promise();
    link.context()
        .runOnContext(
            v -> {
              ConfirmChannel now = epoch;
              if (now == null || !now.client.isOpenChannel()) {
                done.fail(new IOException("the broker is away"));
                return;
              }
              try {
                work.apply(now).onComplete(done);
              } catch (RuntimeException e) {
                done.fail(e);
              }
            });
    return done.future();
  }

  static AMQP.BasicProperties.Builder properties(String id, int deliveryMode) {
    return new AMQP.BasicProperties.Builder()
        .contentType(EventMessages.CONTENT_TYPE)
        .deliveryMode(deliveryMode)
        .messageId(id);
  }

  private Future<Void> up(RabbitMQClient client) {
    return client
        .addConfirmListener(Integer.MAX_VALUE)
        .map(
            confirmations -> {
              ConfirmChannel next = new ConfirmChannel(client, link);
              confirmations.handler(next::confirmed);
              epoch = next;
              ready.tryComplete();
              link.context().runOnContext(v -> whenConnected.run());
              return null;
            });
  }

  private void down() {
    ConfirmChannel last = epoch;
    epoch = null;
    if (last != null) {
      ready = Promise.promise();
      last.end();
    }
  }

  /** One connection: what went out on it and is not confirmed yet, by delivery tag. */
  private static final class ConfirmChannel {

    private final RabbitMQClient client;
    private final BrokerConnection link;
    private final ConcurrentNavigableMap<Long, Promise<Void>> pending =
        new ConcurrentSkipListMap<>();
    private volatile long lastTag;
    private volatile boolean ended;

    ConfirmChannel(RabbitMQClient client, BrokerConnection link) {
      this.client = client;
      this.link = link;
    }

    Future<Void> send(
        String exchange, String routingKey, AMQP.BasicProperties properties, Buffer body) {
      Promise<Void> confirmed = Promise.promise();
      client
          .basicPublishWithDeliveryTag(
              exchange, routingKey, properties, body, tag -> register(tag, confirmed))
          .onFailure(confirmed::tryFail);
      return confirmed
          .future()
          .timeout(CONFIRM_SECONDS, TimeUnit.SECONDS)
          .onFailure(e -> link.renew(client));
    }

    /**
     * The client silently opens a new channel when the old one closes; its tags begin again, and
     * mean nothing here.
     */
    private void register(long tag, Promise<Void> confirmed) {
      if (ended || tag <= lastTag) {
        throw new IllegalStateException("the channel was replaced");
      }
      lastTag = tag;
      pending.put(tag, confirmed);
    }

    void confirmed(RabbitMQConfirmation confirmation) {
      long tag = confirmation.getDeliveryTag();
      var affected =
          confirmation.isMultiple()
              ? pending.headMap(tag, true)
              : pending.subMap(tag, true, tag, true);
      while (!affected.isEmpty()) {
        var first = affected.pollFirstEntry();
        if (first != null) {
          settle(first.getValue(), confirmation.isSucceeded());
        }
      }
    }

    private static void settle(Promise<Void> promise, boolean succeeded) {
      if (succeeded) {
        promise.tryComplete();
      } else {
        promise.tryFail(new IOException("the broker did not take the message"));
      }
    }

    void end() {
      ended = true;
      IOException lost = new IOException("the connection to the broker was lost");
      pending.values().forEach(promise -> promise.tryFail(lost));
      pending.clear();
    }
  }
}
