package baedal.store;

import baedal.events.OrderEvent;
import baedal.rabbitmq.Subscription;

/** What the store service hears. */
public final class StoreConsumer {

  private final Kitchen kitchen;

  StoreConsumer(Kitchen kitchen) {
    this.kitchen = kitchen;
  }

  Subscription subscription() {
    return Subscription.of("store")
        .on(OrderEvent.Paid.class, kitchen::receive)
        .on(OrderEvent.Updated.class, kitchen::updated)
        .on(OrderEvent.CancelRequested.class, kitchen::cancelRequested);
  }
}
