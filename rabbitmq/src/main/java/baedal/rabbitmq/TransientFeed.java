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
 * Everything that is published from now on, for this process alone: a queue that lives as long as
 * its connection. What comes while the broker is away is missed.
 */
public final class TransientFeed {

  private static final Logger log = LoggerFactory.getLogger(TransientFeed.class);
  private static final int MAX_WAITING = 10_000;

  private final BrokerConnection link;
  private final String queue;
  private final Predicate<EventMessages.Glance> wanted;
  private final Consumer<EventMessage> handler;

  /**
   * The queue's name begins with {@code name}; it is unique to this process. What is not {@code
   * wanted} is not read to its end.
   */
  public TransientFeed(
      Vertx vertx,
      String amqpUri,
      String name,
      Predicate<EventMessages.Glance> wanted,
      Consumer<EventMessage> handler) {
    queue = name + "." + Ids.next();
    this.wanted = wanted;
    this.handler = handler;
    link = new BrokerConnection(vertx, amqpUri, name, this::up, () -> {});
  }

  public void start() {
    link.start();
  }

  /** Whether nothing is missed. */
  public boolean connected() {
    return link.connected();
  }

  public Future<Void> stop() {
    return link.stop();
  }

  private Future<Void> up(RabbitMQClient client) {
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
              consumer.handler(message -> heard(message.body().toString()));
              consumer.endHandler(v -> link.renew(client));
              return null;
            });
  }

  private void heard(String body) {
    try {
      if (wanted.test(EventMessages.glance(body))) {
        handler.accept(EventMessages.decode(body));
      }
    } catch (UnprocessableMessage poison) {
      log.atDebug()
          .addKeyValue("reason", poison.getMessage())
          .log("not understood, and not needed");
    }
  }
}
