package baedal.rabbitmq;

import baedal.events.EventMessage;
import baedal.runtime.Outage;
import baedal.runtime.Refusal;
import baedal.runtime.Traces;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.rabbitmq.QueueOptions;
import io.vertx.rabbitmq.RabbitMQClient;
import io.vertx.rabbitmq.RabbitMQMessage;
import java.util.HashMap;
import java.util.Map;
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
  private static final int PREFETCH = 128;
  private static final int MAX_BYTES = 1024 * 1024;
  private static final long HANDLER_SECONDS = 30;
  private static final long PING_MILLIS = 500;
  private static final long PING_TIMEOUT_MILLIS = 2_000;
  private static final long DRAIN_SECONDS = 10;

  private final Vertx vertx;
  private final Subscription subscription;
  private final Supplier<Future<?>> storePing;
  private final BrokerLink link;
  private final EventPublisher elsewhere;
  private final Failures failures;
  private final Map<String, Future<Void>> tails = new HashMap<>();

  private RabbitMQClient client;
  private boolean stopped;
  private int inHand;
  private Promise<Void> idle;

  /** {@code storePing} tells whether the service's own store is there. */
  public EventConsumer(
      Vertx vertx, String amqpUri, Subscription subscription, Supplier<Future<?>> storePing) {
    this.vertx = vertx;
    this.subscription = subscription;
    this.storePing = storePing;
    link = new BrokerLink(vertx, amqpUri, subscription.queue() + "-consumer", this::up, this::down);
    elsewhere = new EventPublisher(vertx, amqpUri, subscription.queue() + "-failures");
    failures = new Failures(subscription.queue(), elsewhere);
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

  private Future<Void> up(RabbitMQClient next) {
    return next.basicQos(PREFETCH)
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
              consumer.handler(message -> received(next, message));
              consumer.endHandler(v -> link.renew());
              return null;
            });
  }

  private void down() {
    client = null;
  }

  private void received(RabbitMQClient from, RabbitMQMessage message) {
    if (stopped || from != client) {
      return;
    }
    inHand++;
    EventMessage event;
    try {
      event = decode(message);
    } catch (Poison poison) {
      bury(from, message, poison).onComplete(v -> done());
      return;
    }
    Future<Void> before = tails.getOrDefault(event.subject(), Future.succeededFuture());
    Future<Void> mine = before.transform(v -> attempt(from, message, event).otherwiseEmpty());
    tails.put(event.subject(), mine);
    mine.onComplete(
        v -> {
          tails.remove(event.subject(), mine);
          done();
        });
  }

  private static EventMessage decode(RabbitMQMessage message) {
    if (message.body().length() > MAX_BYTES) {
      throw new Poison("larger than " + MAX_BYTES + " bytes");
    }
    return EventMessages.decode(message.body().toString());
  }

  private Future<Void> attempt(RabbitMQClient from, RabbitMQMessage message, EventMessage event) {
    return from != client
        ? Future.succeededFuture()
        : handle(event)
            .transform(
                done ->
                    done.succeeded()
                        ? ack(from, message)
                        : failed(from, message, event, done.cause()));
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
   * A no for good is buried; an outage of our own store is waited for, with the message in hand;
   * all else climbs the ladder.
   */
  private Future<Void> failed(
      RabbitMQClient from, RabbitMQMessage message, EventMessage event, Throwable cause) {
    boolean outage = Outage.isOutage(cause);
    if (!outage
        && (cause instanceof Refusal || cause instanceof Poison || Failures.exhausted(message))) {
      return bury(from, message, cause);
    }
    log.atWarn()
        .addKeyValue("queue", subscription.queue())
        .addKeyValue(EventTypes.subjectKey(event.type()), event.subject())
        .addKeyValue("event", event.type())
        .addKeyValue("cause", cause.toString())
        .log(outage ? "an outage: the event waits" : "the event is tried again later");
    if (!outage) {
      return settle(from, message, failures.retry(message));
    }
    return storePing
        .get()
        .timeout(PING_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
        .transform(
            ping ->
                ping.succeeded()
                    ? settle(from, message, failures.retry(message))
                    : hold().compose(v -> attempt(from, message, event)));
  }

  /** Until the store is back, this connection is gone, or the service stops. */
  private Future<Void> hold() {
    Promise<Void> over = Promise.promise();
    vertx.setTimer(
        PING_MILLIS,
        id -> {
          if (stopped || client == null) {
            over.complete();
            return;
          }
          storePing
              .get()
              .timeout(PING_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
              .onSuccess(v -> over.complete())
              .onFailure(e -> hold().onComplete(over));
        });
    return over.future();
  }

  private Future<Void> bury(RabbitMQClient from, RabbitMQMessage message, Throwable cause) {
    log.atError()
        .addKeyValue("queue", subscription.queue())
        .addKeyValue("messageId", message.properties().getMessageId())
        .addKeyValue("reason", cause.toString())
        .log("dead letter");
    return settle(from, message, failures.bury(message, cause));
  }

  /**
   * Acknowledged only once it is safe elsewhere; if that fails, it stays ours and comes again with
   * the next connection.
   */
  private Future<Void> settle(RabbitMQClient from, RabbitMQMessage message, Future<Void> moved) {
    return moved.transform(
        done -> {
          if (done.succeeded()) {
            return ack(from, message);
          }
          link.renew();
          return Future.succeededFuture();
        });
  }

  private Future<Void> ack(RabbitMQClient from, RabbitMQMessage message) {
    return from == client
        ? from.basicAck(message.envelope().getDeliveryTag(), false)
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
