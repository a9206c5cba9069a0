package baedal.store;

import static baedal.store.TicketStatus.ACCEPTED;
import static baedal.store.TicketStatus.CANCELED;
import static baedal.store.TicketStatus.COOKED;
import static baedal.store.TicketStatus.COOKING;
import static baedal.store.TicketStatus.RECEIVED;
import static baedal.store.TicketStatus.REJECTED;

import baedal.events.Change;
import baedal.events.DeliveryJob;
import baedal.events.OrderDetails;
import baedal.events.OrderEvent;
import baedal.events.StoreEvent;
import baedal.runtime.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * A store's ticket for one order; its id is the order's. {@code details} is null on a ticket that
 * was canceled before the order itself was heard of. {@code taken} is how many it took of each menu
 * that is counted, by menu id; {@code stockOwed} is true until what it took is for sale again, or
 * counted as sold.
 */
public record Ticket(
    String id,
    String storeId,
    TicketStatus status,
    OrderDetails details,
    long collect,
    String riderId,
    String reason,
    Map<String, Integer> taken,
    boolean stockOwed,
    Instant receivedAt,
    Instant changedAt) {

  private static final Duration ORDER_COMES_WITHIN = Duration.ofDays(1);

  public Ticket {
    taken = Map.copyOf(taken);
  }

  /**
   * {@code before} is what is known already: an order is received once, and not after its
   * cancellation.
   */
  static Change<Ticket> receive(Ticket before, OrderEvent.Paid paid, Map<String, Integer> taken) {
    return before != null
        ? Change.none(before)
        : Change.of(ticket(paid, RECEIVED, null, taken, false));
  }

  /** The store rejects by itself; what was taken on the way is owed from now on. */
  static Change<Ticket> receiveAndReject(Ticket before, OrderEvent.Paid paid, String reason) {
    if (before != null) {
      return Change.none(before);
    }
    Ticket ticket = ticket(paid, REJECTED, reason, Map.of(), true);
    return Change.of(
        ticket, new StoreEvent.OrderRejected(ticket.id, ticket.storeId, reason, paid.at()));
  }

  private static Ticket ticket(
      OrderEvent.Paid paid,
      TicketStatus status,
      String reason,
      Map<String, Integer> taken,
      boolean stockOwed) {
    return new Ticket(
        paid.orderId(),
        paid.order().storeId(),
        status,
        paid.order(),
        paid.collect(),
        null,
        reason,
        taken,
        stockOwed,
        paid.at(),
        paid.at());
  }

  /**
   * Only the store knows whether the pan is hot. An order not heard of yet is canceled in advance.
   */
  static Change<Ticket> cancelRequested(
      Ticket before, OrderEvent.CancelRequested asked, Instant now) {
    if (before == null) {
      Ticket stone =
          new Ticket(
              asked.orderId(),
              asked.storeId(),
              CANCELED,
              null,
              0,
              null,
              asked.reason(),
              Map.of(),
              false,
              now,
              now);
      return Change.of(stone, new StoreEvent.CancelAccepted(asked.orderId(), asked.storeId(), now));
    }
    return switch (before.status) {
      case RECEIVED, ACCEPTED ->
          Change.of(
              before.to(CANCELED, now).owing(asked.reason()),
              new StoreEvent.CancelAccepted(before.id, before.storeId, now));
      case COOKING, COOKED ->
          Change.of(
              before,
              new StoreEvent.CancelRefused(before.id, before.storeId, before.status.name(), now));
      case REJECTED, CANCELED -> Change.none(before);
    };
  }

  /**
   * The customer changed the order. A change that overtook the order itself is told to come again,
   * as in an outage; after a day it is told so like all that fails, which has an end. A newer one
   * that changes nothing still counts, so that an older one cannot come after it.
   */
  static Change<Ticket> updated(Ticket before, OrderEvent.Updated update, Instant now) {
    if (before == null) {
      throw now.isBefore(update.at().plus(ORDER_COMES_WITHIN))
          ? Refusal.unavailable(
              "too-early", "the order itself is still on its way", Duration.ofSeconds(1))
          : new IllegalStateException("the order itself never came: look for its order.paid");
    }
    OrderDetails next = update.order();
    if (before.status.over() || next.version() <= before.details.version()) {
      return Change.none(before);
    }
    if (before.shows(next)) {
      return Change.of(before.showing(next, before.changedAt));
    }
    return switch (before.status) {
      case RECEIVED, ACCEPTED -> Change.of(before.showing(next, now));
      case COOKING, COOKED, REJECTED, CANCELED ->
          Change.of(
              before,
              new StoreEvent.UpdateRefused(
                  before.id,
                  before.storeId,
                  next.version(),
                  before.details.version(),
                  "cooking has begun",
                  now));
    };
  }

  private boolean shows(OrderDetails other) {
    return details.withVersion(0).equals(other.withVersion(0));
  }

  /** {@code ownerId} is the owner of the store, who may follow the delivery. */
  Change<Ticket> accept(String ownerId, Instant now) {
    if (status == ACCEPTED) {
      return Change.none(this);
    }
    need(RECEIVED, ACCEPTED);
    return Change.of(to(ACCEPTED, now), new StoreEvent.OrderAccepted(id, job(ownerId), now));
  }

  Change<Ticket> reject(String why, Instant now) {
    if (status == REJECTED) {
      return Change.none(this);
    }
    if (status != RECEIVED && status != ACCEPTED) {
      throw refusal("become REJECTED");
    }
    return Change.of(
        to(REJECTED, now).owing(why), new StoreEvent.OrderRejected(id, storeId, why, now));
  }

  Change<Ticket> start(Instant now) {
    if (status == COOKING) {
      return Change.none(this);
    }
    need(ACCEPTED, COOKING);
    return Change.of(to(COOKING, now), new StoreEvent.CookStarted(id, storeId, now));
  }

  /** {@code ownerId} is the owner of the store, who may follow the delivery. */
  Change<Ticket> finish(String ownerId, Instant now) {
    if (status == COOKED) {
      return Change.none(this);
    }
    need(COOKING, COOKED);
    Ticket cooked = to(COOKED, now);
    return Change.of(
        taken.isEmpty() ? cooked : cooked.owing(reason),
        new StoreEvent.CookFinished(id, job(ownerId), now));
  }

  /** Names the rider who is to carry it, before it is ready. */
  Change<Ticket> assign(String rider, Instant now) {
    if (rider.equals(riderId)) {
      return Change.none(this);
    }
    if (status != ACCEPTED && status != COOKING) {
      throw refusal("get a rider assigned, only one that is ACCEPTED or COOKING can");
    }
    return Change.of(
        new Ticket(
            id,
            storeId,
            status,
            details,
            collect,
            rider,
            reason,
            taken,
            stockOwed,
            receivedAt,
            now));
  }

  Change<Ticket> stockSettled() {
    return Change.of(
        new Ticket(
            id,
            storeId,
            status,
            details,
            collect,
            riderId,
            reason,
            taken,
            false,
            receivedAt,
            changedAt));
  }

  private DeliveryJob job(String ownerId) {
    return new DeliveryJob(
        storeId,
        details.storeName(),
        details.customerId(),
        details.fulfilment(),
        details.pickup(),
        details.address(),
        details.parcel(),
        details.memo(),
        collect,
        riderId,
        ownerId);
  }

  private void need(TicketStatus needed, TicketStatus wanted) {
    if (status != needed) {
      throw refusal("become " + wanted);
    }
  }

  private Refusal refusal(String action) {
    String reason =
        switch (status) {
          case RECEIVED -> "it is not accepted yet; accept it or reject it first";
          case ACCEPTED -> "it is accepted and cooking has not begun; start it first";
          case COOKING -> "cooking has begun; finish it";
          case COOKED -> "it is ready, and the store has nothing more to do";
          case REJECTED -> "the store rejected it, and it stays so";
          case CANCELED -> "the customer canceled it; do not prepare it";
        };
    return Refusal.conflict(
        "order-state", "a ticket that is " + status + " cannot " + action + ": " + reason);
  }

  private Ticket to(TicketStatus next, Instant now) {
    return new Ticket(
        id, storeId, next, details, collect, riderId, reason, taken, stockOwed, receivedAt, now);
  }

  private Ticket owing(String why) {
    return new Ticket(
        id, storeId, status, details, collect, riderId, why, taken, true, receivedAt, changedAt);
  }

  private Ticket showing(OrderDetails next, Instant now) {
    return new Ticket(
        id, storeId, status, next, collect, riderId, reason, taken, stockOwed, receivedAt, now);
  }
}
