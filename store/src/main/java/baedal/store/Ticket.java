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
import com.fasterxml.jackson.annotation.JsonProperty;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Map;
import java.util.Objects;

/**
 * What a store has to do for one order. {@link Kitchen} changes it on requests of the store's owner
 * and staff and on events of the order.
 *
 * @param id the id of the order
 * @param details the lines, addresses and times of the order; null if the order was canceled before
 *     its {@code order.paid} arrived
 * @param collect the amount in won that the rider collects; 0 if the order is prepaid
 * @param riderId the rider whom the store assigned, or null
 * @param reason why the order was rejected or canceled, or null
 * @param takenByMenu the quantity that the order took of each menu with limited stock, by menu id
 * @param stockOwed true while stock of the order must still be given back or counted as sold; for a
 *     stay, also while the menus still have the order among those whose ticket is not stored
 */
@RecordBuilder
public record Ticket(
    String id,
    String storeId,
    TicketStatus status,
    OrderDetails details,
    long collect,
    String riderId,
    String reason,
    @JsonProperty("taken") Map<String, Integer> takenByMenu,
    boolean stockOwed,
    Instant receivedAt,
    Instant changedAt) {

  /**
   * How long an {@code order.updated} that arrives before the order's {@code order.paid} is
   * retried.
   */
  private static final Duration ORDER_ARRIVES_WITHIN = Duration.ofDays(1);

  public Ticket {
    takenByMenu = Map.copyOf(takenByMenu);
  }

  /**
   * Opens the ticket of a paid order. Changes nothing if {@code before} is not null: the order was
   * received or canceled earlier.
   */
  static Change<Ticket> receive(
      Ticket before, OrderEvent.Paid paid, Map<String, Integer> takenByMenu) {
    return before != null
        ? Change.none(before)
        : Change.of(
            received(paid).takenByMenu(takenByMenu).stockOwed(paid.order().stay() != null).build());
  }

  /**
   * Rejects a paid order because the store is closed or has too little stock. The new ticket has
   * {@code stockOwed}, because some stock may have been taken for the order already.
   */
  static Change<Ticket> receiveAndReject(Ticket before, OrderEvent.Paid paid, String reason) {
    if (before != null) {
      return Change.none(before);
    }
    Ticket ticket = received(paid).status(REJECTED).reason(reason).stockOwed(true).build();
    return Change.of(
        ticket, new StoreEvent.OrderRejected(ticket.id, ticket.storeId, reason, paid.at()));
  }

  private static TicketBuilder received(OrderEvent.Paid paid) {
    return TicketBuilder.builder()
        .id(paid.orderId())
        .storeId(paid.order().storeId())
        .status(RECEIVED)
        .details(paid.order())
        .collect(paid.collect())
        .takenByMenu(Map.of())
        .receivedAt(paid.at())
        .changedAt(paid.at());
  }

  /**
   * Accepts a customer's request to cancel until cooking begins, or for a stay until check-in, and
   * refuses it afterwards. If the request arrives before the order's {@code order.paid}, it creates
   * a CANCELED ticket without details, so that {@code order.paid} opens no other ticket.
   */
  static Change<Ticket> cancelRequested(
      Ticket before, OrderEvent.CancelRequested request, Instant now) {
    if (before == null) {
      return Change.of(
          canceledBeforeReceipt(request, now),
          new StoreEvent.CancelAccepted(request.orderId(), request.storeId(), now));
    }
    if (before.status.isRejectedOrCanceled()) {
      return Change.none(before);
    }
    return before.isCancelable()
        ? Change.of(
            before.to(CANCELED, now).owingStock(request.reason()),
            new StoreEvent.CancelAccepted(before.id, before.storeId, now))
        : Change.of(
            before,
            new StoreEvent.CancelRefused(before.id, before.storeId, before.status.name(), now));
  }

  private boolean isCancelable() {
    return status == RECEIVED || status == ACCEPTED || (status == COOKING && isStay());
  }

  boolean isStay() {
    return details != null && details.stay() != null;
  }

  private static Ticket canceledBeforeReceipt(OrderEvent.CancelRequested request, Instant now) {
    return TicketBuilder.builder()
        .id(request.orderId())
        .storeId(request.storeId())
        .status(CANCELED)
        .reason(request.reason())
        .takenByMenu(Map.of())
        .receivedAt(now)
        .changedAt(now)
        .build();
  }

  /**
   * Applies a customer's change of the order until cooking begins, and refuses it afterwards.
   * Refuses other nights of a stay, because the menus count them. An update that arrives before the
   * order's {@code order.paid} is retried for one day, and then becomes a dead letter. If an update
   * differs from the ticket only in its version, the ticket gets this version even after cooking
   * has begun, so that an older update that arrives afterwards is ignored.
   */
  static Change<Ticket> updated(Ticket before, OrderEvent.Updated update, Instant now) {
    if (before == null) {
      throw now.isBefore(update.at().plus(ORDER_ARRIVES_WITHIN))
          ? Refusal.unavailable(
              "too-early", "order.paid of this order has not arrived yet", Duration.ofSeconds(1))
          : new IllegalStateException(
              "no order.paid within a day after order.updated: search the dead letters for it");
    }
    OrderDetails next = update.order();
    if (before.status.isRejectedOrCanceled() || next.version() <= before.details.version()) {
      return Change.none(before);
    }
    if (before.hasSameDetails(next)) {
      return Change.of(before.withDetails(next, before.changedAt));
    }
    boolean open = before.status == RECEIVED || before.status == ACCEPTED;
    boolean sameStay = Objects.equals(before.details.stay(), next.stay());
    return open && sameStay
        ? Change.of(before.withDetails(next, now))
        : Change.of(
            before,
            new StoreEvent.UpdateRefused(
                before.id,
                before.storeId,
                next.version(),
                before.details.version(),
                open ? "the nights of a reservation cannot change" : "cooking has begun",
                now));
  }

  /** Whether the details are equal apart from their version. */
  private boolean hasSameDetails(OrderDetails other) {
    return details.withVersion(0).equals(other.withVersion(0));
  }

  /** {@code ownerId} is the store's owner, to whom the rider service shows the delivery. */
  Change<Ticket> accept(String ownerId, Instant now) {
    if (status == ACCEPTED) {
      return Change.none(this);
    }
    require(RECEIVED, ACCEPTED);
    return Change.of(to(ACCEPTED, now), new StoreEvent.OrderAccepted(id, job(ownerId), now));
  }

  Change<Ticket> reject(String newReason, Instant now) {
    if (status == REJECTED) {
      return Change.none(this);
    }
    if (status != RECEIVED && status != ACCEPTED) {
      throw refusal("become REJECTED");
    }
    return Change.of(
        to(REJECTED, now).owingStock(newReason),
        new StoreEvent.OrderRejected(id, storeId, newReason, now));
  }

  Change<Ticket> start(Instant now) {
    if (status == COOKING) {
      return Change.none(this);
    }
    require(ACCEPTED, COOKING);
    return Change.of(to(COOKING, now), new StoreEvent.CookStarted(id, storeId, now));
  }

  void requireCheckInDay(LocalDate today) {
    if (today.isBefore(details.stay().checkIn())) {
      throw Refusal.conflict(
          "order-state",
          "the stay begins on " + details.stay().checkIn() + ": check the guest in on that day");
    }
  }

  Change<Ticket> finish(String ownerId, Instant now) {
    if (status == COOKED) {
      return Change.none(this);
    }
    require(COOKING, COOKED);
    Ticket cooked = to(COOKED, now);
    return Change.of(
        takenByMenu.isEmpty() || isStay() ? cooked : cooked.owingStock(reason),
        new StoreEvent.CookFinished(id, job(ownerId), now));
  }

  /** Assigns the rider who will carry the order; possible from acceptance until COOKED. */
  Change<Ticket> assign(String rider, Instant now) {
    if (rider.equals(riderId)) {
      return Change.none(this);
    }
    if (status != ACCEPTED && status != COOKING) {
      throw refusal("get a rider (only an ACCEPTED or COOKING ticket can)");
    }
    return Change.of(copy().riderId(rider).changedAt(now).build());
  }

  /** Clears {@code stockOwed}, after all stock of the order was given back. */
  Change<Ticket> stockGivenBack() {
    return Change.of(copy().stockOwed(false).build());
  }

  /**
   * Clears {@code stockOwed}, after all stock of the order was counted as sold or, for a stay,
   * after the menus forgot the order. If the ticket was REJECTED or CANCELED meanwhile, its stock
   * must still be given back.
   */
  Change<Ticket> stockSettled() {
    return status.isRejectedOrCanceled() ? Change.none(this) : stockGivenBack();
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

  private void require(TicketStatus required, TicketStatus wanted) {
    if (status != required) {
      throw refusal("become " + wanted);
    }
  }

  private Refusal refusal(String action) {
    return Refusal.conflict(
        "order-state",
        "a ticket that is " + status + " cannot " + action + ": " + status.explanation());
  }

  private Ticket to(TicketStatus next, Instant now) {
    return copy().status(next).changedAt(now).build();
  }

  private Ticket owingStock(String newReason) {
    return copy().reason(newReason).stockOwed(true).build();
  }

  private Ticket withDetails(OrderDetails next, Instant now) {
    return copy().details(next).changedAt(now).build();
  }

  private TicketBuilder copy() {
    return TicketBuilder.builder(this);
  }
}
