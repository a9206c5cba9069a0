package baedal.rabbitmq;

import baedal.runtime.Readiness;
import baedal.runtime.Shutdown;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.function.Supplier;

/**
 * Connects one service to the broker: the relay publishes the events of the service, and the
 * consumer handles the events of other services. {@link ServiceAssembly} builds it.
 */
public final class Backbone {

  private final EventPublisher publisher;
  private final OutboxRelay relay;
  private final EventConsumer consumer;
  private final DeadLetters deadLetters;

  /**
   * @param publisher the relay's publisher, not started yet
   * @param relay not started yet
   * @param databasePing succeeds while the service's own database answers
   * @throws IllegalStateException if the subscription handles other events than {@link
   *     baedal.events.Subscriptions} lists for its queue
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

  /**
   * Starts to connect to the broker, and returns at once. While the broker is unavailable, the
   * publisher and the consumer try again to connect.
   */
  public void start() {
    publisher.start();
    relay.start();
    consumer.start();
  }

  public DeadLetters deadLetters() {
    return deadLetters;
  }

  /** Adds a readiness check, which fails while the publisher or the consumer is disconnected. */
  public Backbone registerWith(Readiness readiness) {
    readiness.register(
        "broker",
        () ->
            publisher.connected() && consumer.connected()
                ? Future.succeededFuture()
                : Future.failedFuture(new IOException("not connected to the broker")));
    return this;
  }

  /** Stops the consumer, lets the relay finish its current batch, and then disconnects. */
  public Future<Void> stop() {
    return Shutdown.inOrder(consumer::stop, relay::stop, publisher::stop);
  }
}
