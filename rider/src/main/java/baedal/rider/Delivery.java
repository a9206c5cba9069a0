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
 * A rider's job for one order; its id is the order's. {@code job} is null when the order was
 * withdrawn before its first event arrived.
 */
public record Delivery(
    String id, DeliveryStatus status, DeliveryJob job, String riderId, Instant changedAt) {

  private static final Change<Delivery> NOTHING = Change.none(null);

  /** The store accepted the order: a job is expected. Nobody carries a visit. */
  static Change<Delivery> expected(Delivery before, String orderId, DeliveryJob job, Instant now) {
    if (before != null) {
      return Change.none(before);
    }
    return job.fulfilment() == Fulfilment.VISIT
        ? NOTHING
        : Change.of(new Delivery(orderId, WAITING, job, null, now));
  }

  /** The order is ready: riders nearby see it, or the rider whom the store assigned has it. */
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

  /** The order was canceled or rejected. A job whose events come later is withdrawn in advance. */
  static Change<Delivery> withdrawn(Delivery before, String orderId, Instant now) {
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
   * The customer changed the destination or the memo. From {@code store.cook-finished} on, the job
   * in that event counts.
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
              (status == DELIVERED ? "another rider delivered it" : "another rider has it")
                  + ": take another job");
        }
        yield Change.none(this);
      }
      case WAITING, CANCELED -> throw refusal("claimed");
    };
  }

  /** The rider gives the job up: others see it again. An open job stays open. */
  Change<Delivery> release(String rider, Instant now) {
    if (status != OPEN) {
      needRider(rider);
    }
    return takeBack(now);
  }

  /** Takes the job from a rider who does not come. An open job stays open. */
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

  /** {@code collected}, in won, must be what was to be collected. */
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
          "/collected", "must be " + job.collect() + " won: what is due at the door");
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
          case WAITING ->
              "no rider can have it before the store has finished it; wait until it is OPEN";
          case OPEN -> "no rider has it; claim it first";
          case CLAIMED -> "its rider has not picked it up; pick it first";
          case PICKED -> "its rider has it; deliver it";
          case DELIVERED -> "it was delivered, and nothing is left to do";
          case CANCELED -> "the order was canceled or rejected; there is nothing to carry";
        };
    return Refusal.conflict(
        "order-state", "a delivery that is " + status + " cannot be " + action + ": " + reason);
  }

  private Delivery to(DeliveryStatus next, String rider, Instant now) {
    return new Delivery(id, next, job, rider, now);
  }
}
