package baedal.store;

import baedal.events.OrderEvent;
import baedal.rabbitmq.Subscription;

/**
 * The events that the store service consumes, and the method of {@link Kitchen} that handles each
 * event.
 */
public final class StoreConsumer {

  private final Kitchen kitchen;
  private final PaidOrders paidOrders;

  StoreConsumer(Kitchen kitchen, PaidOrders paidOrders) {
    this.kitchen = kitchen;
    this.paidOrders = paidOrders;
  }

  Subscription subscription() {
    return Subscription.of("store")
        .on(OrderEvent.Paid.class, (m, e) -> kitchen.receive(m, e))
        .on(OrderEvent.Updated.class, (m, e) -> kitchen.updated(m, e))
        .on(OrderEvent.CancelRequested.class, (m, e) -> kitchen.cancelRequested(m, e))
        .inBatches(OrderEvent.Paid.class, paidOrders::receive);
  }
}
