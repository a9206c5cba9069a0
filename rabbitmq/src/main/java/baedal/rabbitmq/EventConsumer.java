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
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.rabbitmq.QueueOptions;
import io.vertx.rabbitmq.RabbitMQClient;
import io.vertx.rabbitmq.RabbitMQMessage;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a service's queue. Events of one subject are handled one after another, different subjects
 * side by side. A message is acknowledged only when its effect is durable, or it was put durably
 * elsewhere (retry ladder, dead letters); while the service's own store is away it is held.
 */
public final class EventConsumer {

  private static final Logger log = LoggerFactory.getLogger(EventConsumer.class);

  /**
   * In hand at once. Few, so that under load people who wait for an answer come first: what is not
   * in hand waits in the broker, where it is safe.
   */
  static final int PREFETCH = 8;

  private static final long HANDLER_SECONDS = 30;
  private static final long PING_MILLIS = 500;
  private static final long PING_TIMEOUT_MILLIS = 2_000;
  private static final long DRAIN_SECONDS = 10;

  /** While its store answers: an outage that lasts is elsewhere. */
  private static final int TRIES_IN_HAND = 3;

  private final Vertx vertx;
  private final Subscription subscription;
  private final Supplier<Future<?>> storePing;
  private final BrokerConnection link;
  private final EventPublisher elsewhere;
  private final RetryAndDeadLetter failures;
  private final KeyedQueue subjects = new KeyedQueue();

  private volatile RabbitMQClient client;
  private Acknowledgements acknowledgements;
  private boolean stopped;
  private int inHand;
  private Promise<Void> idle;
  private Promise<Void> storeBack;

  /** {@code storePing} tells whether the service's own store is there. */
  public EventConsumer(
      Vertx vertx, String amqpUri, Subscription subscription, Supplier<Future<?>> storePing) {
    this(
        vertx,
        amqpUri,
        subscription,
        storePing,
        new EventPublisher(vertx, amqpUri, subscription.queue() + "-failures"));
  }

  /** {@code elsewhere}, not started, takes what could not be handled. */
  EventConsumer(
      Vertx vertx,
      String amqpUri,
      Subscription subscription,
      Supplier<Future<?>> storePing,
      EventPublisher elsewhere) {
    this.vertx = vertx;
    this.subscription = subscription;
    this.storePing = storePing;
    link =
        new BrokerConnection(
            vertx, amqpUri, subscription.queue() + "-consumer", this::up, this::down);
    this.elsewhere = elsewhere;
    failures = new RetryAndDeadLetter(subscription.queue(), elsewhere);
  }

  public void start() {
    elsewhere.start();
    link.start();
  }

  /** What could not be handled. */
  DeadLetters deadLetters(String amqpUri) {
    return new DeadLetters(vertx, amqpUri, subscription.queue(), failures);
  }

  public boolean connected() {
    return link.connected() && elsewhere.connected();
  }

  /**
   * Takes nothing before it could put elsewhere what cannot be handled. The client hides that a
   * queue is not there, and asks for it for ever: so it is looked for.
   */
  private Future<Void> up(RabbitMQClient next) {
    return link.here(elsewhere.ready())
        .compose(
            v ->
                next.isOpenChannel()
                    ? next.basicQos(PREFETCH)
                    : Future.failedFuture(new IOException("the connection ended while it waited")))
        .compose(v -> next.messageCount(subscription.queue()))
        .compose(
            v ->
                next.basicConsumer(
                    subscription.queue(),
                    new QueueOptions()
                        .setAutoAck(false)
                        .setMaxInternalQueueSize(Integer.MAX_VALUE)))
        .map(
            consumer -> {
              client = next;
              acknowledgements = new Acknowledgements(vertx, next);
              consumer.handler(message -> received(next, message));
              consumer.endHandler(v -> link.renew(next));
              return null;
            });
  }

  private void down() {
    client = null;
    goOn();
  }

  private void received(RabbitMQClient from, RabbitMQMessage message) {
    if (stopped || from != client) {
      return;
    }
    inHand++;
    acknowledgements.delivered(message.envelope().getDeliveryTag());
    EventMessage event;
    try {
      event = decode(message);
    } catch (RuntimeException unreadable) {
      settled(from, message, link.here(bury(message, unreadable)));
      return;
    }
    settled(
        from,
        message,
        link.here(subjects.submit(event.subject(), () -> attempt(from, message, event, 1))));
  }

  /**
   * Whoever waits for {@code work} goes on without waiting for the acknowledgement. What could be
   * neither acknowledged nor put elsewhere comes again with the next connection.
   *
   * @param work whether the message is over, on this link's context
   */
  private void settled(RabbitMQClient from, RabbitMQMessage message, Future<Boolean> work) {
    link.here(work.compose(over -> over ? ack(from, message) : Future.succeededFuture()))
        .onFailure(e -> link.renew(from))
        .onComplete(v -> done());
  }

  private static EventMessage decode(RabbitMQMessage message) {
    if (message.body().length() > EventMessages.MAX_BYTES) {
      throw new UnprocessableMessage("larger than " + EventMessages.MAX_BYTES + " bytes");
    }
    return EventMessages.decode(message.body().toString());
  }

  /** Whether it is over; what is left alone here is still the broker's, and comes again. */
  private Future<Boolean> attempt(
      RabbitMQClient from, RabbitMQMessage message, EventMessage event, int tries) {
    return from != client || (stopped && tries > 1)
        ? Future.succeededFuture(false)
        : link.here(handle(event))
            .transform(
                done ->
                    done.succeeded()
                        ? Future.succeededFuture(true)
                        : failed(from, message, event, tries, done.cause()));
  }

  private void handled(EventMessage event) {
    log.atInfo()
        .addKeyValue("queue", subscription.queue())
        .addKeyValue("event", event.type())
        .addKeyValue(EventTypes.subjectKey(event.type()), event.subject())
        .log("handled");
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
                .onSuccess(done -> handled(event));
          } catch (RuntimeException e) {
            return Future.failedFuture(e);
          }
        });
  }

  /**
   * A no for good is buried; an outage is waited for with the message in hand, so that those of its
   * subject stay behind it; all else climbs the ladder.
   */
  private Future<Boolean> failed(
      RabbitMQClient from,
      RabbitMQMessage message,
      EventMessage event,
      int tries,
      Throwable cause) {
    boolean outage = TransientFailures.isOutage(cause);
    if (!outage
        && (cause instanceof Refusal
            || cause instanceof UnprocessableMessage
            || RetryAndDeadLetter.exhausted(message))) {
      return bury(message, cause);
    }
    boolean waits = outage && tries < TRIES_IN_HAND;
    log.atWarn()
        .addKeyValue("queue", subscription.queue())
        .addKeyValue(EventTypes.subjectKey(event.type()), event.subject())
        .addKeyValue("event", event.type())
        .addKeyValue("cause", cause.toString())
        .log(waits ? "an outage: the event waits" : "the event is tried again later");
    if (waits) {
      return storeBack().compose(v -> attempt(from, message, event, tries + 1));
    }
    return (outage ? failures.await(message) : failures.retry(message)).map(true);
  }

  /**
   * When the store answers, this connection is gone, or the service stops; one look for all who
   * wait.
   */
  private Future<Void> storeBack() {
    if (stopped) {
      return Future.succeededFuture();
    }
    if (storeBack == null) {
      storeBack = Promise.promise();
      look(storeBack);
    }
    return storeBack.future();
  }

  private void look(Promise<Void> waiting) {
    vertx.setTimer(
        PING_MILLIS,
        id -> {
          if (waiting == storeBack) {
            Future.succeededFuture()
                .compose(v -> storePing.get())
                .timeout(PING_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
                .onSuccess(v -> goOn())
                .onFailure(e -> look(waiting));
          }
        });
  }

  private void goOn() {
    Promise<Void> waiting = storeBack;
    storeBack = null;
    if (waiting != null) {
      waiting.complete();
    }
  }

  private Future<Boolean> bury(RabbitMQMessage message, Throwable cause) {
    log.atError()
        .addKeyValue("queue", subscription.queue())
        .addKeyValue("messageId", message.properties().getMessageId())
        .addKeyValue("reason", cause.toString())
        .log("dead letter");
    return failures.bury(message, cause).map(true);
  }

  private Future<Void> ack(RabbitMQClient from, RabbitMQMessage message) {
    return from == client
        ? acknowledgements.acknowledge(message.envelope().getDeliveryTag())
        : Future.succeededFuture();
  }

  private void done() {
    inHand--;
    if (stopped && inHand == 0) {
      idle.tryComplete();
    }
  }

  /** Takes nothing new, finishes what is in hand (ten seconds at most), and closes. */
  public Future<Void> stop() {
    Promise<Void> finished = Promise.promise();
    link.context()
        .runOnContext(
            v -> {
              stopped = true;
              idle = finished;
              goOn();
              if (inHand == 0) {
                finished.tryComplete();
              }
            });
    return finished
        .future()
        .timeout(DRAIN_SECONDS, TimeUnit.SECONDS)
        .otherwiseEmpty()
        .compose(v -> link.stop())
        .compose(v -> elsewhere.stop());
  }
}
