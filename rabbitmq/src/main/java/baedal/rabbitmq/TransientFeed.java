package baedal.rabbitmq;

import baedal.events.EventMessage;
import baedal.events.EventMessages;
import baedal.events.Subscriptions;
import baedal.events.UnprocessableMessage;
import baedal.runtime.Ids;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.rabbitmq.QueueOptions;
import io.vertx.rabbitmq.RabbitMQClient;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receives every event that is published while it is connected, in a temporary queue of this
 * process. MyPage's live updates use it.
 */
public final class TransientFeed {

  private static final Logger log = LoggerFactory.getLogger(TransientFeed.class);
  private static final int MAX_WAITING = 10_000;

  private final BrokerConnection connection;
  private final String queue;
  private final Predicate<EventMessages.TypeAndSubject> wanted;
  private final Consumer<EventMessage> handler;

  /**
   * The name of the queue begins with {@code name} and is unique to this process. Only events that
   * pass {@code wanted} are decoded completely and handled.
   */
  public TransientFeed(
      Vertx vertx,
      String amqpUri,
      String name,
      Predicate<EventMessages.TypeAndSubject> wanted,
      Consumer<EventMessage> handler) {
    queue = name + "." + Ids.next();
    this.wanted = wanted;
    this.handler = handler;
    connection = new BrokerConnection(vertx, amqpUri, name, this::consume, () -> {});
  }

  public void start() {
    connection.start();
  }

  /** Whether the queue receives events. */
  public boolean connected() {
    return connection.connected();
  }

  public Future<Void> stop() {
    return connection.stop();
  }

  private Future<Void> consume(RabbitMQClient client) {
    Future<?> bound = client.queueDeclare(queue, false, true, true);
    for (String publisher : Subscriptions.PUBLISHERS) {
      bound = bound.compose(v -> client.queueBind(queue, publisher, "#"));
    }
    return bound
        .compose(
            v ->
                client.basicConsumer(
                    queue,
                    new QueueOptions().setAutoAck(true).setMaxInternalQueueSize(MAX_WAITING)))
        .map(
            consumer -> {
              consumer.handler(message -> received(message.body().toString()));
              consumer.endHandler(v -> connection.renew(client));
              return null;
            });
  }

  private void received(String body) {
    try {
      if (wanted.test(EventMessages.typeAndSubject(body))) {
        handler.accept(EventMessages.decode(body));
      }
    } catch (UnprocessableMessage unreadable) {
      log.atDebug()
          .addKeyValue("reason", unreadable.getMessage())
          .log("unreadable message skipped");
    }
  }
}
