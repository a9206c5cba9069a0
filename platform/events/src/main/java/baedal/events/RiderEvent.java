package baedal.events;

import java.time.Instant;

/** What the rider service tells; the subject is the order id. */
public sealed interface RiderEvent extends Event {

  String orderId();

  @Override
  default String subject() {
    return orderId();
  }

  record Claimed(String orderId, String riderId, Instant at) implements RiderEvent {}

  record Released(String orderId, String riderId, Instant at) implements RiderEvent {}

  record Picked(String orderId, String riderId, Instant at) implements RiderEvent {}

  /** At the door; {@code collected} won were taken there (0 when the order was prepaid). */
  record Delivered(String orderId, String riderId, long collected, Instant at)
      implements RiderEvent {}

  /** The job was withdrawn; {@code riderId} is null when nobody had taken it. */
  record DeliveryCanceled(String orderId, String riderId, Instant at) implements RiderEvent {}

  /** Where the rider of an order is. Transient: never in an outbox, never kept. */
  record Moved(String orderId, String riderId, double lat, double lng, Instant at)
      implements RiderEvent {}
}
