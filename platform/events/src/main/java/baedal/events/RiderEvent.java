package baedal.events;

import java.time.Instant;

/** The events of the rider service. The subject is the order id. */
public sealed interface RiderEvent extends Event {

  String orderId();

  @Override
  default String subject() {
    return orderId();
  }

  record Claimed(String orderId, String riderId, Instant at) implements RiderEvent {}

  record Released(String orderId, String riderId, Instant at) implements RiderEvent {}

  record Picked(String orderId, String riderId, Instant at) implements RiderEvent {}

  /** The order was delivered, and {@code collected} won were collected (0 if it was prepaid). */
  record Delivered(String orderId, String riderId, long collected, Instant at)
      implements RiderEvent {}

  /** The job was withdrawn; {@code riderId} is null if no rider had claimed it. */
  record DeliveryCanceled(String orderId, String riderId, Instant at) implements RiderEvent {}

  /** The position of the rider of an order. It is transient: in no outbox, queue or log. */
  record Moved(String orderId, String riderId, double lat, double lng, Instant at)
      implements RiderEvent {}
}
