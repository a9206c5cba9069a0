package baedal.rabbitmq;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.rabbitmq.QueueOptions;
import io.vertx.rabbitmq.RabbitMQClient;
import io.vertx.rabbitmq.RabbitMQMessage;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Receives the messages of a service's queue, for {@link Backbone}. It passes each message to
 * {@link MessageProcessor} and then acknowledges it. The broker delivers an unacknowledged message
 * again on the next connection.
 */
public final class EventConsumer {

  /**
   * Maximum number of messages that the consumer holds unacknowledged. It is low, so that under
   * load the service has time for HTTP requests; further messages wait in the broker.
   */
  static final int PREFETCH = 8;

  private static final long DRAIN_SECONDS = 10;

  private final Vertx vertx;
  private final String queue;
  private final BrokerConnection connection;
  private final EventPublisher failurePublisher;
  private final RetryAndDeadLetter failures;
  private final MessageProcessor processor;

  private volatile RabbitMQClient client;
  private Acknowledgements acknowledgements;
  private boolean stopped;
  private int unfinished;
  private Promise<Void> drained;

  /** {@code databasePing} succeeds while the service's own database answers. */
  public EventConsumer(
      Vertx vertx, String amqpUri, Subscription subscription, Supplier<Future<?>> databasePing) {
    this(
        vertx,
        amqpUri,
        subscription,
        databasePing,
        new EventPublisher(vertx, amqpUri, subscription.queue() + "-failures"));
  }

  /**
   * {@code failurePublisher} publishes to the retry queues and the dead letters. The consumer
   * starts and stops it.
   */
  EventConsumer(
      Vertx vertx,
      String amqpUri,
      Subscription subscription,
      Supplier<Future<?>> databasePing,
      EventPublisher failurePublisher) {
    this.vertx = vertx;
    queue = subscription.queue();
    connection =
        new BrokerConnection(
            vertx, amqpUri, queue + "-consumer", this::consume, this::disconnected);
    this.failurePublisher = failurePublisher;
    failures = new RetryAndDeadLetter(queue, failurePublisher);
    processor =
        new MessageProcessor(
            vertx, connection, subscription, failures, new DatabaseProbe(vertx, databasePing));
  }

  public void start() {
    failurePublisher.start();
    connection.start();
  }

  DeadLetters deadLetters(String amqpUri) {
    return new DeadLetters(vertx, amqpUri, queue, failures);
  }

  public boolean connected() {
    return connection.connected() && failurePublisher.connected();
  }

  /**
   * Starts to receive the messages of the queue. First waits until the failure publisher is
   * connected, which publishes messages that fail. Then reads the message count of the queue, which
   * fails if the queue is missing; without this check, the client's {@code basicConsume} would
   * retry for ever without an error.
   */
  private Future<Void> consume(RabbitMQClient next) {
    return connection
        .onContext(failurePublisher.ready())
        .compose(
            v ->
                next.isOpenChannel()
                    ? next.basicQos(PREFETCH)
                    : Future.failedFuture(new IOException("the connection to the broker was lost")))
        .compose(v -> next.messageCount(queue))
        .compose(
            v ->
                next.basicConsumer(
                    queue,
                    new QueueOptions()
                        .setAutoAck(false)
                        .setMaxInternalQueueSize(Integer.MAX_VALUE)))
        .map(
            consumer -> {
              client = next;
              acknowledgements = new Acknowledgements(vertx, next);
              consumer.handler(message -> received(next, message));
              consumer.endHandler(v -> connection.renew(next));
              return null;
            });
  }

  private void disconnected() {
    client = null;
    processor.disconnected();
  }

  private void received(RabbitMQClient from, RabbitMQMessage message) {
    if (stopped || from != client) {
      return;
    }
    unfinished++;
    acknowledgements.delivered(message.envelope().getDeliveryTag());
    Future<Boolean> processed =
        connection.onContext(processor.process(message, () -> from == client));
    connection
        .onContext(
            processed.compose(
                mayAcknowledge ->
                    mayAcknowledge ? acknowledge(from, message) : Future.succeededFuture()))
        .onFailure(e -> connection.renew(from))
        .onComplete(v -> finished());
  }

  private Future<Void> acknowledge(RabbitMQClient from, RabbitMQMessage message) {
    return from == client
        ? acknowledgements.acknowledge(message.envelope().getDeliveryTag())
        : Future.succeededFuture();
  }

  private void finished() {
    unfinished--;
    if (stopped && unfinished == 0) {
      drained.tryComplete();
    }
  }

  /** Stops receiving, waits at most 10 s for the messages in progress, and disconnects. */
  public Future<Void> stop() {
    Promise<Void> finished = Promise.promise();
    connection
        .context()
        .runOnContext(
            v -> {
              stopped = true;
              drained = finished;
              processor.stop();
              if (unfinished == 0) {
                finished.tryComplete();
              }
            });
    return finished
        .future()
        .timeout(DRAIN_SECONDS, TimeUnit.SECONDS)
        .otherwiseEmpty()
        .compose(v -> connection.stop())
        .compose(v -> failurePublisher.stop());
  }
}
