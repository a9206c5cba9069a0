package baedal.rabbitmq;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baedal.events.Event;
import baedal.events.EventTypes;
import baedal.events.OrderEvent;
import baedal.events.Outbox;
import baedal.events.Subscriptions;
import baedal.runtime.Boot;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** A consumer starts only if its handlers are those that {@link Subscriptions} lists. */
class SubscriptionTest {

  static final Iterable<String> CONSUMERS = Subscriptions.CONSUMERS;

  private final Vertx vertx = Boot.vertx();

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @ParameterizedTest
  @FieldSource("CONSUMERS")
  void a_consumer_with_a_handler_for_each_listed_event_starts(String queue) {
    assertThatCode(() -> backbone(complete(queue))).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @FieldSource("CONSUMERS")
  void a_consumer_without_a_handler_for_a_listed_event_does_not_start(String queue) {
    assertThatThrownBy(() -> backbone(Subscription.of(queue)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(Subscriptions.of(queue).first());
  }

  @Test
  void a_consumer_with_a_handler_for_an_unlisted_event_does_not_start() {
    assertThatThrownBy(() -> backbone(on(complete("payment"), OrderEvent.Placed.class)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("order.placed");
  }

  private Backbone backbone(Subscription subscription) {
    String uri = "amqp://localhost:1";
    EventPublisher publisher = new EventPublisher(vertx, uri, subscription.queue());
    OutboxRelay relay = new OutboxRelay(vertx, Outbox.none(), publisher);
    return new Backbone(vertx, uri, publisher, relay, subscription, Future::succeededFuture);
  }

  private static Subscription complete(String queue) {
    Subscription subscription = Subscription.of(queue);
    Subscriptions.of(queue).forEach(type -> on(subscription, EventTypes.all().get(type)));
    return subscription;
  }

  private static <E extends Event> Subscription on(Subscription subscription, Class<E> type) {
    return subscription.on(type, (message, event) -> Future.succeededFuture());
  }
}
