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
 * Publishes messages to the broker, for the relay and the consumer of a service. A call succeeds
 * when the broker confirms its messages within 5 s, on the connection on which they were sent.
 * Otherwise it fails, and the caller publishes again.
 */
public final class EventPublisher {

  private static final long CONFIRM_SECONDS = 5;
  private static final int PERSISTENT = 2;
  private static final int TRANSIENT = 1;
  private static final String DEFAULT_EXCHANGE = "";

  private final BrokerConnection connection;
  private volatile ConfirmChannel channel;
  private volatile Promise<Void> ready = Promise.promise();
  private Runnable whenConnected = () -> {};

  public EventPublisher(Vertx vertx, String amqpUri, String connectionName) {
    connection =
        new BrokerConnection(
            vertx, amqpUri, connectionName + "-publisher", this::openChannel, this::disconnected);
  }

  /** Starts to connect, and returns at once. Publishing fails while there is no connection. */
  public void start() {
    connection.start();
  }

  public boolean connected() {
    return connection.connected();
  }

  /** Succeeds as soon as there is a connection. */
  Future<Void> ready() {
    return ready.future();
  }

  /** Runs {@code action} each time a connection is established. */
  public void onConnected(Runnable action) {
    whenConnected = action;
  }

  public Future<Void> stop() {
    return connection.stop();
  }

  /**
   * Publishes messages that {@link EventMessages} encoded, in the order of the list. Each message
   * goes to the exchange of its event type, and is persistent.
   */
  public Future<Void> publish(List<String> messages) {
    return withChannel(
        open -> {
          List<Future<Void>> sent = new ArrayList<>(messages.size());
          for (String message : messages) {
            EventMessages.Header header = EventMessages.header(message);
            AMQP.BasicProperties properties = properties(header.id(), PERSISTENT).build();
            sent.add(
                open.send(
                    EventTypes.exchange(header.type()),
                    header.type(),
                    properties,
                    Buffer.buffer(message)));
          }
          return open.confirmed(Future.all(sent).mapEmpty());
        });
  }

  /**
   * Publishes an event that may be lost, such as a rider's position. It is not persistent, and the
   * call does not wait for a confirm.
   */
  public Future<Void> publishTransient(EventMessage message) {
    return withChannel(
        open ->
            open.client.basicPublish(
                EventTypes.exchange(message.type()),
                message.type(),
                properties(message.id(), TRANSIENT).build(),
                Buffer.buffer(EventMessages.encode(message))));
  }

  /** Publishes one message and waits for its confirm. */
  Future<Void> send(
      String exchange, String routingKey, AMQP.BasicProperties properties, Buffer body) {
    return withChannel(open -> open.confirmed(open.send(exchange, routingKey, properties, body)));
  }

  /**
   * Publishes one message to a queue. First checks that the queue exists, and fails if it is
   * missing; without this check, the broker would confirm the message although no queue received
   * it.
   */
  Future<Void> sendTo(String queue, AMQP.BasicProperties properties, Buffer body) {
    return withChannel(
        open ->
            open.client
                .messageCount(queue)
                .compose(
                    v -> open.confirmed(open.send(DEFAULT_EXCHANGE, queue, properties, body))));
  }

  /**
   * Runs {@code work} on the connection's context, which keeps the order of blocking calls. Fails
   * if the channel is closed; otherwise the client would open another channel, and block the event
   * loop until that channel is open.
   */
  private Future<Void> withChannel(Function<ConfirmChannel, Future<Void>> work) {
    Promise<Void> done = Promise.promise();
    connection
        .context()
        .runOnContext(
            v -> {
              ConfirmChannel open = channel;
              if (open == null || !open.client.isOpenChannel()) {
                done.fail(new IOException("not connected to the broker"));
                return;
              }
              try {
                work.apply(open).onComplete(done);
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

  private Future<Void> openChannel(RabbitMQClient client) {
    return client
        .addConfirmListener(Integer.MAX_VALUE)
        .map(
            confirmations -> {
              ConfirmChannel next = new ConfirmChannel(client, connection);
              confirmations.handler(next::confirmed);
              channel = next;
              ready.tryComplete();
              connection.context().runOnContext(v -> whenConnected.run());
              return null;
            });
  }

  private void disconnected() {
    ConfirmChannel last = channel;
    channel = null;
    if (last != null) {
      ready = Promise.promise();
      last.end();
    }
  }

  /** The channel of one connection, and its unconfirmed messages by delivery tag. */
  private static final class ConfirmChannel {

    private final RabbitMQClient client;
    private final BrokerConnection connection;
    private final ConcurrentNavigableMap<Long, Promise<Void>> pending =
        new ConcurrentSkipListMap<>();
    private volatile long lastTag;
    private volatile boolean ended;

    ConfirmChannel(RabbitMQClient client, BrokerConnection connection) {
      this.client = client;
      this.connection = connection;
    }

    /**
     * Sends a message. The future succeeds when the broker confirms the message; it needs {@link
     * #confirmed(Future)} to end in time.
     */
    Future<Void> send(
        String exchange, String routingKey, AMQP.BasicProperties properties, Buffer body) {
      if (!client.isOpenChannel()) {
        return Future.failedFuture(new IOException("the channel is closed"));
      }
      Promise<Void> confirmed = Promise.promise();
      client
          .basicPublishWithDeliveryTag(
              exchange, routingKey, properties, body, tag -> register(tag, confirmed))
          .onFailure(confirmed::tryFail);
      return confirmed.future();
    }

    /** Fails and renews the connection if the messages are not confirmed within 5 s. */
    Future<Void> confirmed(Future<Void> sent) {
      return sent.timeout(CONFIRM_SECONDS, TimeUnit.SECONDS)
          .onFailure(e -> connection.renew(client));
    }

    /**
     * Keeps the promise of a published message under its delivery tag. Throws if the tag is of
     * another channel: when this channel closes, the client silently opens a new channel, which
     * counts its tags from 1 again.
     */
    private void register(long tag, Promise<Void> confirmed) {
      if (ended || tag <= lastTag) {
        throw new IllegalStateException("the client opened another channel");
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
          complete(first.getValue(), confirmation.isSucceeded());
        }
      }
    }

    private static void complete(Promise<Void> promise, boolean succeeded) {
      if (succeeded) {
        promise.tryComplete();
      } else {
        promise.tryFail(new IOException("the broker rejected the message (nack)"));
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
