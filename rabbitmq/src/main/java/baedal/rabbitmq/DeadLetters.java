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
  private static final long GIVE_BACK_SECONDS = 5;

  /** Others may have taken some away: after a second they are not waited for. */
  private static final int TRIES = 50;

  private static final long PAUSE_MILLIS = 20;

  /** To the broker: every delivery tag of the connection. */
  private static final long ALL = 0;

  private final Vertx vertx;
  private final String amqpUri;
  private final String queue;
  private final RetryAndDeadLetter failures;

  private final AtomicReference<Future<Void>> last =
      new AtomicReference<>(Future.succeededFuture());

  DeadLetters(Vertx vertx, String amqpUri, String queue, RetryAndDeadLetter failures) {
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
    return inTurn(
        look ->
            look.fetch(skip + limit, new ArrayList<>())
                .map(
                    fetched ->
                        new Found(
                            look.left,
                            fetched.stream()
                                .skip(skip)
                                .map(message -> DeadLetter.of(message).brief())
                                .toList())));
  }

  public Future<DeadLetter> find(String id) {
    return inTurn(look -> look.find(id, MAX_LOOKED_AT).map(DeadLetter::of));
  }

  /** Back to the service, as if it came for the first time. */
  public Future<Void> replay(String id) {
    return inTurn(look -> look.find(id, MAX_LOOKED_AT).compose(look::replay));
  }

  /** Those that are there now, the oldest first; how many they were. */
  public Future<Long> replayAll() {
    return inTurn(look -> look.replayNext(look.left, 0));
  }

  public Future<Void> discard(String id) {
    return inTurn(look -> look.find(id, MAX_LOOKED_AT).compose(look::settled));
  }

  private <T> Future<T> inTurn(Function<Look, Future<T>> work) {
    Promise<Void> over = Promise.promise();
    return last.getAndSet(over.future())
        .compose(v -> look(work))
        .onComplete(done -> over.complete());
  }

  private <T> Future<T> look(Function<Look, Future<T>> work) {
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
        .map(count -> new Look(client, count))
        .compose(
            look ->
                work.apply(look).timeout(LOOK_SECONDS, TimeUnit.SECONDS).eventually(look::giveBack))
        .eventually(client::stop);
  }

  /** One connection, and how many dead letters it leaves. */
  private final class Look {

    private final RabbitMQClient client;
    private long left;

    Look(RabbitMQClient client, long count) {
      this.client = client;
      left = count;
    }

    /** Null when there is none left. */
    private Future<RabbitMQMessage> next() {
      return client.basicGet(Topology.deadQueue(queue), false);
    }

    Future<List<RabbitMQMessage>> fetch(int count, List<RabbitMQMessage> fetched) {
      return fetched.size() == count
          ? Future.succeededFuture(fetched)
          : next()
              .compose(
                  message -> {
                    if (message == null) {
                      return Future.succeededFuture(fetched);
                    }
                    fetched.add(message);
                    return fetch(count, fetched);
                  });
    }

    Future<RabbitMQMessage> find(String id, int most) {
      return next()
          .compose(
              message -> {
                if (message == null || most == 0) {
                  throw Refusal.notFound("there is no dead letter " + id);
                }
                return DeadLetter.id(message).equals(id)
                    ? Future.succeededFuture(message)
                    : find(id, most - 1);
              });
    }

    Future<Void> settled(RabbitMQMessage message) {
      left--;
      return client.basicAck(message.envelope().getDeliveryTag(), false);
    }

    Future<Void> replay(RabbitMQMessage message) {
      return failures.replay(message).compose(v -> settled(message));
    }

    Future<Long> replayNext(long most, long done) {
      return done == most
          ? Future.succeededFuture(done)
          : next()
              .compose(
                  message ->
                      message == null
                          ? Future.succeededFuture(done)
                          : replay(message).compose(v -> replayNext(most, done + 1)));
    }

    /** What is given back is there again a moment later: whoever looks next is to find it. */
    Future<Void> giveBack() {
      return client
          .basicNack(ALL, true, true)
          .compose(v -> allThere(TRIES))
          .timeout(GIVE_BACK_SECONDS, TimeUnit.SECONDS)
          .otherwiseEmpty();
    }

    private Future<Void> allThere(int tries) {
      return client
          .messageCount(Topology.deadQueue(queue))
          .compose(
              count ->
                  count < left && tries > 0
                      ? vertx.timer(PAUSE_MILLIS).compose(v -> allThere(tries - 1))
                      : Future.succeededFuture());
    }
  }
}
