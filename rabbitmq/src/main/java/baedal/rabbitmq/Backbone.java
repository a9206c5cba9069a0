package baedal.rabbitmq;

import baedal.runtime.Readiness;
import baedal.runtime.Shutdown;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.function.Supplier;

/** Connects one service to all others: its relay sends events, its consumer handles them. */
public final class Backbone {

  private final EventPublisher publisher;
  private final OutboxRelay relay;
  private final EventConsumer consumer;
  private final DeadLetters deadLetters;

  /**
   * {@code publisher} and {@code relay}, which uses it, are not started yet. {@code databasePing}
   * succeeds while the service's own database answers.
   *
   * @throws IllegalStateException if the subscription's handlers are not those of the events that
   *     {@link baedal.events.Subscriptions} lists for its queue
   */
  public Backbone(
      Vertx vertx,
      String amqpUri,
      EventPublisher publisher,
      OutboxRelay relay,
      Subscription subscription,
      Supplier<Future<?>> databasePing) {
    subscription.requireComplete();
    this.publisher = publisher;
    this.relay = relay;
    consumer = new EventConsumer(vertx, amqpUri, subscription, databasePing);
    deadLetters = consumer.deadLetters(amqpUri);
  }

  /** Starts, and retries while the broker is away. */
  public void start() {
    publisher.start();
    relay.start();
    consumer.start();
  }

  /** The messages that the service could not handle. */
  public DeadLetters deadLetters() {
    return deadLetters;
  }

  /** Not ready while the broker is away. */
  public Backbone registerWith(Readiness readiness) {
    readiness.register(
        "broker",
        () ->
            publisher.connected() && consumer.connected()
                ? Future.succeededFuture()
                : Future.failedFuture(new IOException("the broker is away")));
    return this;
  }

  /** Stops the consumer, then publishes what the outbox batch in hand holds, then disconnects. */
  public Future<Void> stop() {
    return Shutdown.inOrder(consumer::stop, relay::stop, publisher::stop);
  }
}
