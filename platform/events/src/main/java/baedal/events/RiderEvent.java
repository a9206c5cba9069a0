package baedal.events;

import java.time.Instant;

/** The events of the rider service. The subject is the order id. */
public sealed interface RiderEvent extends Event {

  String orderId();

  @Override
  default String subject() {
    return orderId();
  }

  /** The rider claimed the delivery. */
  record Claimed(String orderId, String riderId, Instant at) implements RiderEvent {}

  /** The rider gave the delivery back; another rider may claim it. */
  record Released(String orderId, String riderId, Instant at) implements RiderEvent {}

  /** The rider picked the order up. */
  record Picked(String orderId, String riderId, Instant at) implements RiderEvent {}

  /** The rider delivered the order and collected {@code collected} won (0 if it was prepaid). */
  record Delivered(String orderId, String riderId, long collected, Instant at)
      implements RiderEvent {}

  /** The delivery was canceled; {@code riderId} is null if no rider had claimed it. */
  record DeliveryCanceled(String orderId, String riderId, Instant at) implements RiderEvent {}

  /** The position of the rider of an order. No outbox, service queue or log keeps this event. */
  record Moved(String orderId, String riderId, double lat, double lng, Instant at)
      implements RiderEvent {}
}
