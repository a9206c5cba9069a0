package baedal.rabbitmq;

import baedal.runtime.Refusal;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.rabbitmq.RabbitMQClient;
import io.vertx.rabbitmq.RabbitMQMessage;
import io.vertx.rabbitmq.RabbitMQOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/**
 * What a service could not handle: to be looked at, replayed or discarded. Each look is a
 * connection of its own; it ends when what it fetched and did not acknowledge is back in the queue.
 * Until then no other look would find it, so that looks take turns. A message is acknowledged after
 * the broker confirmed its replay; should a crash come between, it is replayed twice and has one
 * effect, like any event.
 */
public final class DeadLetters {

  private static final int CONNECT_MILLIS = 3_000;
  private static final int MAX_LOOKED_AT = 10_000;
  private static final long LOOK_SECONDS = 60;

  /** Others may have taken some away: after a second they are not waited for. */
  private static final int TRIES = 50;

  private static final long PAUSE_MILLIS = 20;

  /** To the broker: every delivery tag of the connection. */
  private static final long ALL = 0;

  private final Vertx vertx;
  private final String amqpUri;
  private final String queue;
  private final Failures failures;

  /** How many this look leaves. */
  private final AtomicLong left = new AtomicLong();

  private final AtomicReference<Future<Void>> last =
      new AtomicReference<>(Future.succeededFuture());

  DeadLetters(Vertx vertx, String amqpUri, String queue, Failures failures) {
    this.vertx = vertx;
    this.amqpUri = amqpUri;
    this.queue = queue;
    this.failures = failures;
  }

  /** Some of them, and how many there are. */
  public record Found(long total, List<DeadLetter> items) {

    public Found {
      items = List.copyOf(items);
    }
  }

  /** Those after the first {@code skip}, {@code limit} at most, the oldest first. */
  public Future<Found> list(int skip, int limit) {
    return withQueue(
        client ->
            fetch(client, skip + limit, new ArrayList<>())
                .map(
                    fetched ->
                        new Found(
                            left.get(),
                            fetched.stream()
                                .skip(skip)
                                .map(message -> DeadLetter.of(message).brief())
                                .toList())));
  }

  public Future<DeadLetter> find(String id) {
    return withQueue(client -> find(client, id, MAX_LOOKED_AT).map(DeadLetter::of));
  }

  /** Back to the service, as if it came for the first time. */
  public Future<Void> replay(String id) {
    return withQueue(
        client -> find(client, id, MAX_LOOKED_AT).compose(message -> replay(client, message)));
  }

  /** Those that are there now, the oldest first; how many they were. */
  public Future<Long> replayAll() {
    return withQueue(client -> replayNext(client, left.get(), 0));
  }

  public Future<Void> discard(String id) {
    return withQueue(
        client -> find(client, id, MAX_LOOKED_AT).compose(message -> settled(client, message)));
  }

  private Future<Long> replayNext(RabbitMQClient client, long left, long done) {
    return left == 0
        ? Future.succeededFuture(done)
        : next(client)
            .compose(
                message ->
                    message == null
                        ? Future.succeededFuture(done)
                        : replay(client, message)
                            .compose(v -> replayNext(client, left - 1, done + 1)));
  }

  private Future<Void> replay(RabbitMQClient client, RabbitMQMessage message) {
    return failures.replay(message).compose(v -> settled(client, message));
  }

  private Future<Void> settled(RabbitMQClient client, RabbitMQMessage message) {
    left.decrementAndGet();
    return client.basicAck(message.envelope().getDeliveryTag(), false);
  }

  private Future<List<RabbitMQMessage>> fetch(
      RabbitMQClient client, int count, List<RabbitMQMessage> fetched) {
    return fetched.size() == count
        ? Future.succeededFuture(fetched)
        : next(client)
            .compose(
                message -> {
                  if (message == null) {
                    return Future.succeededFuture(fetched);
                  }
                  fetched.add(message);
                  return fetch(client, count, fetched);
                });
  }

  private Future<RabbitMQMessage> find(RabbitMQClient client, String id, int left) {
    return next(client)
        .compose(
            message -> {
              if (message == null || left == 0) {
                throw Refusal.notFound("there is no dead letter " + id);
              }
              return DeadLetter.id(message).equals(id)
                  ? Future.succeededFuture(message)
                  : find(client, id, left - 1);
            });
  }

  /** Null when there is none left. */
  private Future<RabbitMQMessage> next(RabbitMQClient client) {
    return client.basicGet(Topology.deadQueue(queue), false);
  }

  private <T> Future<T> withQueue(Function<RabbitMQClient, Future<T>> work) {
    Promise<Void> over = Promise.promise();
    return last.getAndSet(over.future())
        .compose(v -> look(work))
        .onComplete(done -> over.complete());
  }

  /** What is given back is there again a moment later: whoever looks next is to find it. */
  private Future<Void> giveBack(RabbitMQClient client) {
    return client.basicNack(ALL, true, true).compose(v -> allThere(client, TRIES)).otherwiseEmpty();
  }

  private Future<Void> allThere(RabbitMQClient client, int tries) {
    return client
        .messageCount(Topology.deadQueue(queue))
        .compose(
            count ->
                count < left.get() && tries > 0
                    ? vertx.timer(PAUSE_MILLIS).compose(v -> allThere(client, tries - 1))
                    : Future.succeededFuture());
  }

  private <T> Future<T> look(Function<RabbitMQClient, Future<T>> work) {
    RabbitMQOptions options =
        new RabbitMQOptions()
            .setUri(amqpUri)
            .setConnectionTimeout(CONNECT_MILLIS)
            .setAutomaticRecoveryEnabled(false)
            .setReconnectAttempts(0);
    options.setConnectionName(queue + "-dead-letters");
    RabbitMQClient client = RabbitMQClient.create(vertx, options);
    return client
        .start()
        .compose(v -> client.messageCount(Topology.deadQueue(queue)))
        .onSuccess(left::set)
        .compose(count -> work.apply(client))
        .eventually(() -> giveBack(client))
        .timeout(LOOK_SECONDS, TimeUnit.SECONDS)
        .eventually(client::stop);
  }
}
