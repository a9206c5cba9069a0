package baedal.rabbitmq;

import baedal.events.EventMessage;
import baedal.events.EventMessages;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Takes a message of an {@link EventConsumer} to its end: handled by the subscription, in a retry
 * queue, or among the dead letters. Events of one subject are handled one after another, those of
 * different subjects side by side. All methods run on the connection's context.
 */
final class MessageProcessor {

  private static final Logger log = LoggerFactory.getLogger(MessageProcessor.class);
  private static final long HANDLER_SECONDS = 30;

  /**
   * Number of tries before an event goes to a retry queue. Each try but the first waits until the
   * service's database answers, so a failure that lasts has another cause.
   */
  private static final int TRIES_IN_MEMORY = 3;

  private final Vertx vertx;
  private final BrokerConnection connection;
  private final Subscription subscription;
  private final RetryAndDeadLetter failures;
  private final DatabaseProbe database;
  private final KeyedQueue subjects = new KeyedQueue();

  private boolean stopped;

  MessageProcessor(
      Vertx vertx,
      BrokerConnection connection,
      Subscription subscription,
      RetryAndDeadLetter failures,
      DatabaseProbe database) {
    this.vertx = vertx;
    this.connection = connection;
    this.subscription = subscription;
    this.failures = failures;
    this.database = database;
  }

  /**
   * Returns whether the message has ended, and may be acknowledged. Otherwise its connection was
   * lost, or the service stops, and the broker delivers it again. Fails if the message could be put
   * neither into a retry queue nor among the dead letters.
   *
   * @param connected whether the connection that delivered the message is still open
   */
  Future<Boolean> process(RabbitMQMessage message, BooleanSupplier connected) {
    EventMessage event;
    try {
      event = decode(message);
    } catch (RuntimeException unreadable) {
      logDeadLetter(message, unreadable).log("dead letter");
      return deadLetter(message, unreadable);
    }
    return subjects.submit(event.subject(), () -> attempt(message, event, connected, 1));
  }

  private static EventMessage decode(RabbitMQMessage message) {
    if (message.body().length() > EventMessages.MAX_BYTES) {
      throw new UnprocessableMessage("larger than " + EventMessages.MAX_BYTES + " bytes");
    }
    return EventMessages.decode(message.body().toString());
  }

  private Future<Boolean> attempt(
      RabbitMQMessage message, EventMessage event, BooleanSupplier connected, int tries) {
    if (!connected.getAsBoolean() || (stopped && tries > 1)) {
      return Future.succeededFuture(false);
    }
    return connection
        .onContext(handle(event))
        .transform(
            handled ->
                handled.succeeded()
                    ? Future.succeededFuture(true)
                    : failed(message, event, connected, tries, handled.cause()));
  }

  private Future<?> handle(EventMessage event) {
    return Traces.within(
        vertx,
        event.traceparent(),
        () -> {
          try {
            return subscription
                .handle(event)
                .timeout(HANDLER_SECONDS, TimeUnit.SECONDS)
                .onSuccess(effect -> logHandled(event));
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
        .log("handled");
  }

  /**
   * Decides by the kind of failure. A refusal, and a bug after its last attempt, go to the dead
   * letters. During an outage the message stays in memory at first, so that later events of its
   * subject stay behind it. Everything else goes to a retry queue.
   */
  private Future<Boolean> failed(
      RabbitMQMessage message,
      EventMessage event,
      BooleanSupplier connected,
      int tries,
      Throwable cause) {
    boolean outage = TransientFailures.isOutage(cause);
    if (!outage && (isFinal(cause) || RetryAndDeadLetter.exhausted(message))) {
      logDeadLetter(message, cause)
          .addKeyValue("event", event.type())
          .addKeyValue(EventTypes.subjectKey(event.type()), event.subject())
          .log("dead letter");
      return deadLetter(message, cause);
    }
    boolean waits = outage && tries < TRIES_IN_MEMORY;
    log.atWarn()
        .addKeyValue("queue", subscription.queue())
        .addKeyValue(EventTypes.subjectKey(event.type()), event.subject())
        .addKeyValue("event", event.type())
        .addKeyValue("cause", cause.toString())
        .log(waits ? "an outage: the event waits" : "the event is tried again later");
    if (waits) {
      return databaseAvailable().compose(v -> attempt(message, event, connected, tries + 1));
    }
    return (outage ? failures.retryAfterOutage(message) : failures.retryAfterBug(message))
        .map(true);
  }

  private static boolean isFinal(Throwable cause) {
    return cause instanceof Refusal || cause instanceof UnprocessableMessage;
  }

  private Future<Void> databaseAvailable() {
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

  /** Messages that wait for the database return to the broker. */
  void disconnected() {
    database.release();
  }

  /** No message is tried a second time from now on. */
  void stop() {
    stopped = true;
    database.release();
  }
}
