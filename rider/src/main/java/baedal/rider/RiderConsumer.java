package baedal.rider;

import baedal.events.OrderEvent;
import baedal.events.StoreEvent;
import baedal.rabbitmq.Subscription;

/** The events that the rider service consumes, and the transition that each event causes. */
public final class RiderConsumer {

  private final RiderRepository deliveries;

  RiderConsumer(RiderRepository deliveries) {
    this.deliveries = deliveries;
  }

  Subscription subscription() {
    return Subscription.of("rider")
        .on(
            StoreEvent.OrderAccepted.class,
            (m, e) -> deliveries.change(m, d -> Delivery.expected(d, e.orderId(), e.job(), e.at())))
        .on(
            StoreEvent.CookFinished.class,
            (m, e) -> deliveries.change(m, d -> Delivery.ready(d, e.orderId(), e.job(), e.at())))
        .on(
            StoreEvent.CancelAccepted.class,
            (m, e) -> deliveries.change(m, d -> Delivery.canceled(d, e.orderId(), e.at())))
        .on(
            OrderEvent.Canceled.class,
            (m, e) -> deliveries.change(m, d -> Delivery.canceled(d, e.orderId(), e.at())))
        .on(
            OrderEvent.Rejected.class,
            (m, e) -> deliveries.change(m, d -> Delivery.canceled(d, e.orderId(), e.at())))
        .on(
            OrderEvent.Updated.class,
            (m, e) -> deliveries.change(m, d -> Delivery.updated(d, e.order(), e.at())));
  }
}
