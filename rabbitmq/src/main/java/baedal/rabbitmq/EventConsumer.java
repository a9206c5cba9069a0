package baedal.rabbitmq;

import baedal.runtime.KeyedQueue;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.rabbitmq.QueueOptions;
import io.vertx.rabbitmq.RabbitMQClient;
import io.vertx.rabbitmq.RabbitMQMessage;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Receives the messages of a service's queue, for {@link Backbone}. It passes each message to
 * {@link MessageProcessor} and then acknowledges it. The broker delivers an unacknowledged message
 * again on the next connection.
 */
public final class EventConsumer {

  /**
   * Minimum time between the starts of two batches, so that the next batch has more events. The
   * first event after a pause is handled at once.
   */
  private static final Duration BATCH_INTERVAL = Duration.ofMillis(50);

  private static final long DRAIN_SECONDS = 10;

  private final Vertx vertx;
  private final String queue;
  private final BrokerConnection connection;
  private final EventPublisher failurePublisher;
  private final RetryAndDeadLetter failures;
  private final MessageProcessor processor;
  private final BatchProcessor batches;
  private final boolean inBatches;
  private final Concurrency concurrency;

  /** The messages of the present connection that are not in progress yet. */
  private final Deque<Received> waiting = new ArrayDeque<>();

  private volatile RabbitMQClient client;
  private Acknowledgements acknowledgements;
  private boolean stopped;

  /** Whether a batch is in progress, or the next batch must not begin yet. */
  private boolean paused;

  /** The number of messages that are being handled. */
  private int inProgress;

  /** The number of messages that are being handled or wait for their acknowledgement. */
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
    KeyedQueue subjects = new KeyedQueue();
    DatabaseProbe database = new DatabaseProbe(vertx, databasePing);
    processor = new MessageProcessor(vertx, connection, subscription, subjects, failures, database);
    batches = new BatchProcessor(connection, subscription, subjects, processor);
    inBatches = subscription.hasBatchHandler();
    concurrency = inBatches ? Concurrency.IN_BATCHES : Concurrency.ONE_BY_ONE;
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
                    ? next.basicQos(concurrency.prefetch())
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
              acknowledgements = new Acknowledgements(vertx, next, concurrency.prefetch());
              consumer.handler(message -> received(next, message));
              consumer.endHandler(v -> connection.renew(next));
              return null;
            });
  }

  private void disconnected() {
    client = null;
    waiting.clear();
    processor.disconnected();
  }

  private void received(RabbitMQClient from, RabbitMQMessage message) {
    if (stopped || from != client) {
      return;
    }
    Received received = Received.of(message);
    acknowledgements.delivered(received.deliveryTag());
    waiting.add(received);
    handleWaiting();
  }

  /** Handles waiting messages, as many as {@link Concurrency} allows. */
  private void handleWaiting() {
    if (stopped || paused || waiting.isEmpty()) {
      return;
    }
    int room = concurrency.at(waiting.peek().age(Instant.now())) - inProgress;
    List<Received> taken = new ArrayList<>();
    while (taken.size() < room && !waiting.isEmpty()) {
      taken.add(waiting.poll());
    }
    if (taken.isEmpty()) {
      return;
    }
    inProgress += taken.size();
    unfinished += taken.size();
    RabbitMQClient from = client;
    paused = inBatches;
    long startedAt = System.nanoTime();
    batches
        .process(taken, () -> from == client, (message, result) -> processed(from, message, result))
        .compose(v -> inBatches ? pause(startedAt) : Future.succeededFuture())
        .onComplete(
            v -> {
              paused = false;
              handleWaiting();
            });
  }

  private Future<?> pause(long startedAt) {
    long rest = BATCH_INTERVAL.minusNanos(System.nanoTime() - startedAt).toMillis();
    return rest > 0 ? vertx.timer(rest) : Future.succeededFuture();
  }

  private void processed(RabbitMQClient from, Received message, Future<Boolean> result) {
    Future<Boolean> done = connection.onContext(result);
    Future<Void> acknowledged =
        done.compose(
            mayAcknowledge ->
                mayAcknowledge ? acknowledge(from, message) : Future.succeededFuture());
    done.onComplete(
        v -> {
          inProgress--;
          handleWaiting();
        });
    connection
        .onContext(acknowledged)
        .onFailure(e -> connection.renew(from))
        .onComplete(v -> finished());
  }

  private Future<Void> acknowledge(RabbitMQClient from, Received message) {
    return from == client
        ? acknowledgements.acknowledge(message.deliveryTag())
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
