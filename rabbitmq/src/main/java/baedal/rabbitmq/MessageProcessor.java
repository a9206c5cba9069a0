package baedal.rabbitmq;

import baedal.events.EventMessage;
import baedal.events.EventTypes;
import baedal.events.UnprocessableMessage;
import baedal.runtime.KeyedQueue;
import baedal.runtime.Refusal;
import baedal.runtime.Traces;
import baedal.runtime.TransientFailures;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.rabbitmq.RabbitMQMessage;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Passes each message of an {@link EventConsumer} to its handler. A message that fails goes to a
 * retry queue or to the dead letters. Events of one subject are handled one after another, events
 * of different subjects concurrently. All methods run on the connection's context.
 */
final class MessageProcessor {

  private static final Logger log = LoggerFactory.getLogger(MessageProcessor.class);
  private static final long HANDLER_SECONDS = 30;

  /**
   * Number of tries during an outage before an event goes to a retry queue. The second and the
   * third try wait until the service's database answers. If these tries fail too, something other
   * than the database is unavailable.
   */
  private static final int TRIES_IN_MEMORY = 3;

  private final Vertx vertx;
  private final BrokerConnection connection;
  private final Subscription subscription;
  private final RetryAndDeadLetter failures;
  private final DatabaseProbe database;
  private final KeyedQueue subjects;

  private boolean stopped;

  MessageProcessor(
      Vertx vertx,
      BrokerConnection connection,
      Subscription subscription,
      KeyedQueue subjects,
      RetryAndDeadLetter failures,
      DatabaseProbe database) {
    this.vertx = vertx;
    this.connection = connection;
    this.subscription = subscription;
    this.subjects = subjects;
    this.failures = failures;
    this.database = database;
  }

  /**
   * Returns true if the message may be acknowledged: it was handled, or it is now in a retry queue
   * or among the dead letters. Returns false if its connection was lost or the service stops; then
   * the broker delivers the message again. Fails if the message could not be published to one of
   * these queues.
   *
   * @param connected whether the connection that delivered the message is still open
   */
  Future<Boolean> process(Received received, BooleanSupplier connected) {
    if (received.event() == null) {
      RabbitMQMessage message = received.message();
      RuntimeException unreadable = received.unreadable();
      logDeadLetter(message, unreadable).log("unreadable message, goes to the dead letters");
      return deadLetter(message, unreadable);
    }
    return subjects.submit(received.subject(), () -> attempt(received, connected, 1));
  }

  /** Logs an event that a batch handler has handled. Its message may be acknowledged. */
  Future<Boolean> succeeded(Received received) {
    return Traces.within(
        vertx,
        received.event().traceparent(),
        () -> {
          logHandled(received.event());
          return Future.succeededFuture(true);
        });
  }

  /**
   * Handles an event, without waiting for earlier events of its subject. Returns the same as {@link
   * #process}.
   *
   * @param tries the number of this try, from 1
   */
  Future<Boolean> attempt(Received received, BooleanSupplier connected, int tries) {
    if (!connected.getAsBoolean() || (stopped && tries > 1)) {
      return Future.succeededFuture(false);
    }
    return connection
        .onContext(handle(received.event()))
        .transform(
            handled ->
                handled.succeeded()
                    ? Future.succeededFuture(true)
                    : failed(received, connected, tries, handled.cause()));
  }

  private Future<?> handle(EventMessage event) {
    return handleWithin(
        event.traceparent(), () -> subscription.handle(event), () -> logHandled(event));
  }

  /**
   * Runs a handler in the trace of {@code traceparent}, or outside any trace if that is null. Fails
   * if the handler throws an exception or takes longer than 30 s. Runs {@code whenHandled} in the
   * same trace if the handler succeeds.
   */
  Future<?> handleWithin(String traceparent, Supplier<Future<?>> handler, Runnable whenHandled) {
    return Traces.within(
        vertx,
        traceparent,
        () -> {
          try {
            return handler
                .get()
                .timeout(HANDLER_SECONDS, TimeUnit.SECONDS)
                .onSuccess(effect -> whenHandled.run());
          } catch (RuntimeException e) {
            return Future.failedFuture(e);
          }
        });
  }

  private void logHandled(EventMessage event) {
    log.atInfo()
        .addKeyValue("queue", subscription.queue())
        .addKeyValue("event", event.type())
        .addKeyValue(EventTypes.subjectKey(event.type()), event.subject())
        .log("event handled");
  }

  /**
   * Decides by the kind of failure what happens to the event. An event that was refused goes to the
   * dead letters; an event that failed because of a bug does so after its last retry. During an
   * outage the event waits in memory at first, and later events of its subject wait behind it. In
   * all other cases the event goes to a retry queue.
   */
  private Future<Boolean> failed(
      Received received, BooleanSupplier connected, int tries, Throwable cause) {
    RabbitMQMessage message = received.message();
    EventMessage event = received.event();
    boolean outage = TransientFailures.isOutage(cause);
    if (!outage && (isFinal(cause) || RetryAndDeadLetter.exhausted(message))) {
      logDeadLetter(message, cause)
          .addKeyValue("event", event.type())
          .addKeyValue(EventTypes.subjectKey(event.type()), event.subject())
          .log("event failed, goes to the dead letters");
      return deadLetter(message, cause);
    }
    boolean retryInMemory = outage && tries < TRIES_IN_MEMORY;
    log.atWarn()
        .addKeyValue("queue", subscription.queue())
        .addKeyValue(EventTypes.subjectKey(event.type()), event.subject())
        .addKeyValue("event", event.type())
        .addKeyValue("cause", cause.toString())
        .log(
            retryInMemory
                ? "event failed, waits in memory"
                : "event failed, goes to a retry queue");
    if (retryInMemory) {
      return databaseAvailable().compose(v -> attempt(received, connected, tries + 1));
    }
    return (outage ? failures.retryAfterOutage(message) : failures.retryAfterBug(message))
        .map(true);
  }

  private static boolean isFinal(Throwable cause) {
    return cause instanceof Refusal || cause instanceof UnprocessableMessage;
  }

  /** Succeeds when the service's database answers, or the service stops. */
  Future<Void> databaseAvailable() {
    return stopped ? Future.succeededFuture() : database.available();
  }

  private LoggingEventBuilder logDeadLetter(RabbitMQMessage message, Throwable cause) {
    return log.atError()
        .addKeyValue("queue", subscription.queue())
        .addKeyValue("messageId", message.properties().getMessageId())
        .addKeyValue("reason", cause.toString());
  }

  private Future<Boolean> deadLetter(RabbitMQMessage message, Throwable cause) {
    return failures.deadLetter(message, cause).map(true);
  }

  /**
   * Lets messages no longer wait for the database. The broker delivers them again on the next
   * connection.
   */
  void disconnected() {
    database.release();
  }

  /**
   * Lets messages no longer wait for the database. From now on, no event is tried again in memory.
   */
  void stop() {
    stopped = true;
    database.release();
  }
}
