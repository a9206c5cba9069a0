package baedal.rider;

import static baedal.rider.DeliveryStatus.CANCELED;
import static baedal.rider.DeliveryStatus.CLAIMED;
import static baedal.rider.DeliveryStatus.DELIVERED;
import static baedal.rider.DeliveryStatus.OPEN;
import static baedal.rider.DeliveryStatus.PICKED;
import static baedal.rider.DeliveryStatus.WAITING;

import baedal.events.Change;
import baedal.events.DeliveryJob;
import baedal.events.Fulfilment;
import baedal.events.OrderDetails;
import baedal.events.RiderEvent;
import baedal.runtime.Refusal;
import java.time.Instant;

/**
 * The delivery of one order by a rider. {@link RiderConsumer} changes it on events of the order and
 * the store, {@link RiderApi} on requests of riders and admins.
 *
 * @param id the id of the order
 * @param job the addresses and the amount to collect; null if the order was canceled or rejected
 *     before it had a delivery
 * @param riderId the rider who claimed the delivery or whom the store assigned; null if it has no
 *     rider
 */
public record Delivery(
    String id, DeliveryStatus status, DeliveryJob job, String riderId, Instant changedAt) {

  private static final Change<Delivery> NOTHING = Change.none(null);

  /**
   * The store accepted the order, so its delivery begins as WAITING. A visit gets no delivery,
   * because the customer comes to the store.
   */
  static Change<Delivery> expected(Delivery before, String orderId, DeliveryJob job, Instant now) {
    if (before != null) {
      return Change.none(before);
    }
    return job.fulfilment() == Fulfilment.VISIT
        ? NOTHING
        : Change.of(new Delivery(orderId, WAITING, job, null, now));
  }

  /**
   * The store finished the order. The delivery becomes OPEN, or CLAIMED by the rider whom the store
   * assigned.
   */
  static Change<Delivery> ready(Delivery before, String orderId, DeliveryJob job, Instant now) {
    if (job.fulfilment() == Fulfilment.VISIT) {
      return before == null ? NOTHING : Change.none(before);
    }
    if (before != null && before.status != WAITING) {
      return Change.none(before);
    }
    return job.riderId() == null
        ? Change.of(new Delivery(orderId, OPEN, job, null, now))
        : Change.of(
            new Delivery(orderId, CLAIMED, job, job.riderId(), now),
            new RiderEvent.Claimed(orderId, job.riderId(), now));
  }

  /**
   * The order was canceled or rejected. If the order has no delivery yet, a CANCELED delivery is
   * stored, so that events of the store that arrive later do not open the delivery.
   */
  static Change<Delivery> canceled(Delivery before, String orderId, Instant now) {
    if (before == null) {
      return Change.of(new Delivery(orderId, CANCELED, null, null, now));
    }
    return switch (before.status) {
      case WAITING, OPEN, CLAIMED ->
          Change.of(
              before.to(CANCELED, before.riderId, now),
              new RiderEvent.DeliveryCanceled(orderId, before.riderId, now));
      case PICKED, DELIVERED, CANCELED -> Change.none(before);
    };
  }

  /**
   * The customer changed the destination or the memo. After {@code store.cook-finished} this
   * changes nothing, because that event carries the final destination and memo.
   */
  static Change<Delivery> updated(Delivery before, OrderDetails order, Instant now) {
    if (before == null) {
      return NOTHING;
    }
    if (before.status != WAITING) {
      return Change.none(before);
    }
    DeliveryJob next = before.job.withDestination(order.address(), order.memo());
    return Change.of(new Delivery(before.id, WAITING, next, null, now));
  }

  Change<Delivery> claim(String rider, Instant now) {
    return switch (status) {
      case OPEN -> Change.of(to(CLAIMED, rider, now), new RiderEvent.Claimed(id, rider, now));
      case CLAIMED, PICKED, DELIVERED -> {
        if (!rider.equals(riderId)) {
          throw Refusal.conflict(
              "delivery-taken",
              (status == DELIVERED ? "another rider delivered it" : "another rider claimed it")
                  + ": claim another delivery");
        }
        yield Change.none(this);
      }
      case WAITING, CANCELED -> throw refusal("claimed");
    };
  }

  /** The rider gives up the delivery, and it becomes OPEN again. An OPEN delivery stays OPEN. */
  Change<Delivery> release(String rider, Instant now) {
    if (status != OPEN) {
      needRider(rider);
    }
    return takeBack(now);
  }

  /** Takes the delivery from a rider who does not come. An OPEN delivery stays OPEN. */
  Change<Delivery> takeBack(Instant now) {
    if (status == OPEN) {
      return Change.none(this);
    }
    if (status != CLAIMED) {
      throw refusal("released");
    }
    return Change.of(to(OPEN, null, now), new RiderEvent.Released(id, riderId, now));
  }

  Change<Delivery> pick(String rider, Instant now) {
    needRider(rider);
    return switch (status) {
      case CLAIMED -> Change.of(to(PICKED, rider, now), new RiderEvent.Picked(id, rider, now));
      case PICKED -> Change.none(this);
      case WAITING, OPEN, DELIVERED, CANCELED -> throw refusal("picked");
    };
  }

  /**
   * {@code collected} is the amount in won that the rider collected. It must equal {@link
   * DeliveryJob#collect}.
   */
  Change<Delivery> deliver(String rider, long collected, Instant now) {
    needRider(rider);
    if (status == DELIVERED) {
      return Change.none(this);
    }
    if (status != PICKED) {
      throw refusal("delivered");
    }
    if (collected != job.collect()) {
      throw Refusal.invalid(
          "/collected",
          "must be " + job.collect() + ", the amount in won that the rider must collect");
    }
    return Change.of(
        to(DELIVERED, rider, now), new RiderEvent.Delivered(id, rider, collected, now));
  }

  private void needRider(String rider) {
    if (!rider.equals(riderId)) {
      throw Refusal.notFound("you have no delivery " + id);
    }
  }

  private Refusal refusal(String action) {
    String reason =
        switch (status) {
          case WAITING -> "the store has not finished the order; wait until the delivery is OPEN";
          case OPEN -> "no rider has claimed it; claim it first";
          case CLAIMED -> "the rider has not picked it up; pick it first";
          case PICKED -> "the rider has picked it up; deliver it";
          case DELIVERED -> "it was delivered; nothing is left to do";
          case CANCELED -> "the order was canceled or rejected; do not carry it";
        };
    return Refusal.conflict(
        "order-state", "a delivery that is " + status + " cannot be " + action + ": " + reason);
  }

  private Delivery to(DeliveryStatus next, String rider, Instant now) {
    return new Delivery(id, next, job, rider, now);
  }
}
