package baedal.rabbitmq;

import baedal.events.Outbox;
import baedal.runtime.Readiness;
import baedal.runtime.Shutdown;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.function.Supplier;

/** What ties one service to all others: its outbox carried to the broker, its queue handled. */
public final class Backbone {

  private final EventPublisher publisher;
  private final OutboxRelay relay;
  private final EventConsumer consumer;
  private final DeadLetters deadLetters;

  /**
   * {@code storePing} tells whether the service's own store is there.
   *
   * @throws IllegalStateException if the subscription's handlers are not those of the events that
   *     {@link baedal.events.Subscriptions} lists for its queue
   */
  public Backbone(
      Vertx vertx,
      String service,
      String amqpUri,
      Outbox outbox,
      Subscription subscription,
      Supplier<Future<?>> storePing) {
    subscription.requireComplete();
    publisher = new EventPublisher(vertx, amqpUri, service);
    relay = new OutboxRelay(vertx, outbox, publisher);
    consumer = new EventConsumer(vertx, amqpUri, subscription, storePing);
    deadLetters = consumer.deadLetters(amqpUri);
  }

  /** Starts, and goes on trying while the broker is away. */
  public void start() {
    publisher.start();
    relay.start();
    consumer.start();
  }

  /** To be called after every write that put something into the outbox. */
  public void wake() {
    relay.wake();
  }

  public EventPublisher publisher() {
    return publisher;
  }

  /** What the service could not handle. */
  public DeadLetters deadLetters() {
    return deadLetters;
  }

  /** Not ready while the broker is away. */
  public Backbone watchedBy(Readiness readiness) {
    readiness.register(
        "broker",
        () ->
            publisher.connected() && consumer.connected()
                ? Future.succeededFuture()
                : Future.failedFuture(new IOException("the broker is away")));
    return this;
  }

  /** Takes nothing new, finishes what is in hand, sends what is written, and closes. */
  public Future<Void> stop() {
    return Shutdown.inTurn(consumer::stop, relay::stop, publisher::stop);
  }
}
