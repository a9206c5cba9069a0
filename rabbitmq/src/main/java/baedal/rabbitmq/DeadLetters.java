package baedal.rabbitmq;

import baedal.runtime.KeyedQueue;
import baedal.runtime.Refusal;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.rabbitmq.RabbitMQClient;
import io.vertx.rabbitmq.RabbitMQMessage;
import io.vertx.rabbitmq.RabbitMQOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Lists, replays and discards the dead letters of a service, for {@link DeadLetterApi}.
 *
 * <p>Every call opens a session, which has its own connection and lasts at most 60 s. A session
 * fetches messages; at its end, the unacknowledged messages return to the queue. Until then no
 * other session finds these messages, so the sessions of this process run one after another.
 *
 * <p>A replay publishes a copy of a message to the service's queue. It acknowledges the message
 * after the broker has confirmed the copy. After a crash between these two steps, an operator may
 * replay the message again; the service ignores the second copy.
 */
public final class DeadLetters {

  private static final int CONNECT_MILLIS = 3_000;
  private static final int MAX_SEARCHED = 10_000;
  private static final long SESSION_SECONDS = 60;
  private static final long RETURN_SECONDS = 5;

  /**
   * Maximum number of times that a session reads the length of the queue, while it waits for the
   * messages that it returned. Another process may have fetched some of these messages, so the
   * queue may not reach the expected length.
   */
  private static final int MAX_POLLS = 50;

  private static final long POLL_MILLIS = 20;

  /** In AMQP, the delivery tag 0 means all unacknowledged messages of the channel. */
  private static final long ALL = 0;

  private final Vertx vertx;
  private final String amqpUri;
  private final String queue;
  private final RetryAndDeadLetter failures;

  private final KeyedQueue sessions = new KeyedQueue();

  DeadLetters(Vertx vertx, String amqpUri, String queue, RetryAndDeadLetter failures) {
    this.vertx = vertx;
    this.amqpUri = amqpUri;
    this.queue = queue;
    this.failures = failures;
  }

  /** One page of dead letters; {@code total} counts all dead letters of the service. */
  public record Found(long total, List<DeadLetter> items) {

    public Found {
      items = List.copyOf(items);
    }
  }

  /** Lists at most {@code limit} dead letters after the first {@code skip}, oldest first. */
  public Future<Found> list(int skip, int limit) {
    return inSession(
        session ->
            session
                .fetch(skip + limit, new ArrayList<>())
                .map(
                    fetched ->
                        new Found(
                            session.remaining,
                            fetched.stream()
                                .skip(skip)
                                .map(message -> DeadLetter.of(message).brief())
                                .toList())));
  }

  /**
   * Fails with a {@link Refusal} if none of the oldest {@value #MAX_SEARCHED} dead letters has this
   * id.
   */
  public Future<DeadLetter> find(String id) {
    return inSession(session -> session.find(id, MAX_SEARCHED).map(DeadLetter::of));
  }

  /**
   * Puts the dead letter back into the service's queue, where it gets all its retries again. Fails
   * like {@link #find}.
   */
  public Future<Void> replay(String id) {
    return inSession(session -> session.find(id, MAX_SEARCHED).compose(session::replay));
  }

  /** Replays all dead letters that are in the queue now, oldest first. Returns their number. */
  public Future<Long> replayAll() {
    return inSession(session -> session.replayNext(session.remaining, 0));
  }

  /** Deletes the dead letter; it cannot be restored. Fails like {@link #find}. */
  public Future<Void> discard(String id) {
    return inSession(session -> session.find(id, MAX_SEARCHED).compose(session::acknowledge));
  }

  private <T> Future<T> inSession(Function<Session, Future<T>> work) {
    return sessions.submit(queue, () -> open(work));
  }

  private <T> Future<T> open(Function<Session, Future<T>> work) {
    RabbitMQOptions options =
        BrokerUri.options(amqpUri)
            .setConnectionTimeout(CONNECT_MILLIS)
            .setAutomaticRecoveryEnabled(false);
    options.setConnectionName(queue + "-dead-letters");
    RabbitMQClient client = RabbitMQClient.create(vertx, options);
    return client
        .start()
        .compose(v -> client.messageCount(Topology.deadQueue(queue)))
        .map(count -> new Session(client, count))
        .compose(
            session ->
                work.apply(session)
                    .timeout(SESSION_SECONDS, TimeUnit.SECONDS)
                    .eventually(session::returnUnacknowledged))
        .eventually(client::stop);
  }

  /** One connection to the dead-letter queue. */
  private final class Session {

    private final RabbitMQClient client;

    /**
     * The length that the queue will have after this session has returned its unacknowledged
     * messages.
     */
    private long remaining;

    Session(RabbitMQClient client, long count) {
      this.client = client;
      remaining = count;
    }

    /** Fetches one message; null if the queue is empty. */
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
                  throw Refusal.notFound(
                      "no dead letter has the id %s: list the dead letters to get their ids"
                          .formatted(id));
                }
                return DeadLetter.id(message).equals(id)
                    ? Future.succeededFuture(message)
                    : find(id, most - 1);
              });
    }

    Future<Void> acknowledge(RabbitMQMessage message) {
      remaining--;
      return client.basicAck(message.envelope().getDeliveryTag(), false);
    }

    Future<Void> replay(RabbitMQMessage message) {
      return failures.replay(message).compose(v -> acknowledge(message));
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

    /**
     * Returns the unacknowledged messages to the queue. Waits at most 5 s until they are there
     * again, so that the next session finds them.
     */
    Future<Void> returnUnacknowledged() {
      return client
          .basicNack(ALL, true, true)
          .compose(v -> allReturned(MAX_POLLS))
          .timeout(RETURN_SECONDS, TimeUnit.SECONDS)
          .otherwiseEmpty();
    }

    private Future<Void> allReturned(int polls) {
      return client
          .messageCount(Topology.deadQueue(queue))
          .compose(
              count ->
                  count < remaining && polls > 0
                      ? vertx.timer(POLL_MILLIS).compose(v -> allReturned(polls - 1))
                      : Future.succeededFuture());
    }
  }
}
