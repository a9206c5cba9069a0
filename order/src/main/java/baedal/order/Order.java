package baedal.order;

import baedal.events.Address;
import baedal.events.Change;
import baedal.events.Event;
import baedal.events.Fulfilment;
import baedal.events.Line;
import baedal.events.OrderDetails;
import baedal.events.OrderEvent;
import baedal.events.PaymentMethod;
import baedal.runtime.Refusal;
import baedal.runtime.Text;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What a customer wants from one store, through its whole life. Every transition is pure: it
 * returns the new state and the events it caused, or refuses. {@code pricedVersion} is the version
 * since which the customer wants and owes the same; {@code couponWorth} is what its coupon is
 * worth, of which the discount is never more than the total; {@code resumed} is where a refused
 * cancellation leads back to; {@code earlier} are the details before each change of an established
 * order, for a store that refuses one; {@code settling} is true while money is on its way back.
 */
public record Order(
    String id,
    OrderStatus status,
    OrderDetails details,
    long pricedVersion,
    long couponWorth,
    String paymentId,
    PaymentMethod method,
    OrderStatus resumed,
    List<OrderDetails> earlier,
    boolean settling,
    String reason,
    Instant changedAt) {

  private static final int MAX_REVISIONS = 10;

  /** What a ticket is when it is too late to cancel it. */
  private static final Set<String> ON_THE_STOVE = Set.of("COOKING", "COOKED");

  public Order {
    earlier = List.copyOf(earlier);
  }

  static Change<Order> place(String id, OrderDetails details) {
    Order order =
        new Order(
            id,
            OrderStatus.PLACED,
            details,
            details.version(),
            0,
            null,
            null,
            null,
            List.of(),
            false,
            null,
            details.placedAt());
    return Change.of(order, new OrderEvent.Placed(id, details));
  }

  /**
   * A settlement or a promise: established if it is for exactly what is wanted and due, else given
   * back. Where it is brought, and the memo, may change while the payment is on its way.
   */
  Change<Order> paid(String payment, PaymentMethod by, long amount, long version, Instant now) {
    if (payment.equals(paymentId)) {
      return Change.none(this);
    }
    if (status != OrderStatus.PLACED) {
      return refusePayment(payment, "the order is " + status, now);
    }
    if (amount != details.due() || version < pricedVersion) {
      return refusePayment(payment, "the order changed while it was paid", now);
    }
    OrderDetails next = details.withVersion(details.version() + 1);
    Order order =
        new Order(
            id,
            OrderStatus.PAID,
            next,
            pricedVersion,
            couponWorth,
            payment,
            by,
            null,
            List.of(),
            false,
            null,
            now);
    return Change.of(
        order, new OrderEvent.Paid(id, next, payment, by, by.deferred() ? next.due() : 0, now));
  }

  private Change<Order> refusePayment(String payment, String why, Instant now) {
    return Change.of(this, new OrderEvent.PaymentRefused(id, payment, why, now));
  }

  /** The kitchen or the rider got this far; a late or repeated word changes nothing. */
  Change<Order> advanced(OrderStatus reached, Instant now) {
    if (status == OrderStatus.CANCEL_REQUESTED && !settling) {
      return resumed.later(reached) == resumed
          ? Change.none(this)
          : Change.of(to(status, now).resuming(reached));
    }
    return status.underWay() && status.compareTo(reached) < 0
        ? Change.of(to(reached, now))
        : Change.none(this);
  }

  /** At the door; {@code collected} won were taken there. */
  Change<Order> delivered(String riderId, long collected, Instant now) {
    boolean early = status == OrderStatus.CANCEL_REQUESTED && !settling;
    if (!early && !(status.underWay() && status != OrderStatus.DELIVERED)) {
      return Change.none(this);
    }
    List<Event> events = new ArrayList<>();
    if (method.deferred() && collected > 0) {
      events.add(new OrderEvent.Collected(id, paymentId, riderId, collected, now));
    }
    events.add(
        new OrderEvent.Delivered(
            id, details.customerId(), details.storeId(), riderId, details.due(), now));
    return new Change<>(to(OrderStatus.DELIVERED, now), events);
  }

  /** The customer has it; for a visit, as soon as it is ready. Saying so twice is no harm. */
  Change<Order> confirm(boolean byCustomer, Instant now) {
    if (status == OrderStatus.COMPLETED) {
      return Change.none(this);
    }
    if (servedAt() == null) {
      throw StateRefusals.confirm(this);
    }
    return Change.of(
        to(OrderStatus.COMPLETED, now),
        new OrderEvent.Completed(
            id, details.customerId(), details.storeId(), details.due(), byCustomer, now));
  }

  /**
   * Unpaid: at once. Paid: a request, on which the store has the last word. Asking again changes
   * nothing.
   */
  Change<Order> cancel(String why, Instant now) {
    return switch (status) {
      case PLACED -> {
        Order canceled = to(OrderStatus.CANCELED, now).because(why);
        yield Change.of(canceled, canceled.canceledEvent(now));
      }
      case PAID, ACCEPTED ->
          Change.of(
              to(OrderStatus.CANCEL_REQUESTED, now).because(why).resuming(status),
              new OrderEvent.CancelRequested(
                  id, details.customerId(), details.storeId(), why, now));
      case CANCEL_REQUESTED, CANCELED -> Change.none(this);
      case COOKING, COOKED, PICKED, DELIVERED, COMPLETED ->
          throw notCanceled(StateRefusals.TOO_LATE);
      case REJECTED -> throw notCanceled("what was paid goes back without a cancellation");
      case EXPIRED -> throw notCanceled("there is nothing to cancel");
    };
  }

  private Refusal notCanceled(String advice) {
    return StateRefusals.refusal(this, "become CANCELED", advice);
  }

  Change<Order> cancelAccepted(Instant now) {
    return status == OrderStatus.CANCEL_REQUESTED && !settling
        ? Change.of(
            to(OrderStatus.CANCEL_REQUESTED, now).nowSettling(),
            new OrderEvent.RefundRequested(id, paymentId, reason, now))
        : Change.none(this);
  }

  /** The pan is hot: back to where the order was, or to where the kitchen is by now. */
  Change<Order> cancelRefused(String ticket, Instant now) {
    if (status != OrderStatus.CANCEL_REQUESTED || settling) {
      return Change.none(this);
    }
    boolean hot = ON_THE_STOVE.contains(ticket);
    return Change.of(to(hot ? resumed.later(OrderStatus.COOKING) : resumed, now));
  }

  Change<Order> rejected(String why, Instant now) {
    boolean open = status == OrderStatus.PAID || status == OrderStatus.ACCEPTED;
    return open || (status == OrderStatus.CANCEL_REQUESTED && !settling)
        ? Change.of(
            to(OrderStatus.REJECTED, now).because(why).nowSettling(),
            new OrderEvent.RefundRequested(id, paymentId, why, now))
        : Change.none(this);
  }

  /** The money is back: only now is the order rejected or canceled for good. */
  Change<Order> refunded(String payment, Instant now) {
    if (!settling || !payment.equals(paymentId)) {
      return Change.none(this);
    }
    if (status == OrderStatus.REJECTED) {
      Order done = to(OrderStatus.REJECTED, now);
      return Change.of(
          done,
          new OrderEvent.Rejected(
              id, details.customerId(), details.storeId(), details.couponId(), reason, now));
    }
    Order canceled = to(OrderStatus.CANCELED, now);
    return Change.of(canceled, canceled.canceledEvent(now));
  }

  Change<Order> expire(Instant now) {
    return status == OrderStatus.PLACED && !details.expiresAt().isAfter(now)
        ? Change.of(
            to(OrderStatus.EXPIRED, now),
            new OrderEvent.Expired(
                id, details.customerId(), details.storeId(), details.couponId(), now))
        : Change.none(this);
  }

  /** Since when the customer has it, or a visitor had the time to come; null before. */
  Instant servedAt() {
    if (status == OrderStatus.COOKED && isVisit()) {
      boolean stays = details.to() != null && details.to().isAfter(changedAt);
      return stays ? details.to() : changedAt;
    }
    return status == OrderStatus.DELIVERED ? changedAt : null;
  }

  boolean isVisit() {
    return details.fulfilment() == Fulfilment.VISIT;
  }

  /** The coupon that the order holds; null, too, once it was given back with the order. */
  String heldCoupon() {
    return status.withdrawn() && !settling ? null : details.couponId();
  }

  /** Silence for {@code patience} counts as a confirmation. */
  Change<Order> confirmSilently(Duration patience, Instant now) {
    boolean silent = servedAt() != null && !servedAt().plus(patience).isAfter(now);
    return silent ? confirm(false, now) : Change.none(this);
  }

  /**
   * A coupon lowers what is due, before it is paid; the one that the order holds already changes
   * nothing.
   */
  Change<Order> useCoupon(String couponId, long worth, Instant now) {
    if (couponId.equals(details.couponId()) && !status.withdrawn()) {
      return Change.none(this);
    }
    if (status != OrderStatus.PLACED) {
      throw StateRefusals.refusal(
          this, "take a coupon", "use the coupon for an order that is not paid yet");
    }
    if (details.couponId() != null) {
      throw Refusal.conflict(
          "order-state",
          "the order has a coupon already and takes one: use this for another order");
    }
    return revised(details.withCoupon(couponId, worth), worth, List.of(), now);
  }

  /** The coupon was taken back: an unpaid order costs its full price again. */
  Change<Order> loseCoupon(String couponId, Instant now) {
    return status == OrderStatus.PLACED && couponId.equals(details.couponId())
        ? revised(details.withCoupon(null, 0), 0, List.of(), now)
        : Change.none(this);
  }

  /**
   * What these lines come to, for {@link #revise}: by the catalogue until the order is paid, then
   * by what was paid. Other quantities of an unpaid order must be in stock.
   */
  List<Line> priced(List<Catalog.Wanted> wanted, Catalog catalog) {
    needOpen();
    if (status == OrderStatus.PLACED) {
      return PaidLines.samePortions(details.lines(), wanted)
          ? catalog.price(wanted)
          : catalog.priceInStock(wanted);
    }
    List<List<Line>> before = earlier.stream().map(OrderDetails::lines).toList();
    return new PaidLines(details.lines(), before, catalog).with(wanted);
  }

  /**
   * Until cooking starts; {@code null} leaves a part as it is, a blank memo is none. Lines of a
   * paid order may change at the same price only.
   */
  Change<Order> revise(List<Line> lines, Address address, String memo, Instant now) {
    needOpen();
    OrderDetails next = details;
    if (lines != null) {
      next = next.withLines(lines);
      if (status != OrderStatus.PLACED && next.total() != details.total()) {
        throw Refusal.conflict(
            "order-state",
            "the order is paid: options may change at the same price only, and these make it "
                + next.total()
                + " won instead of "
                + details.total());
      }
    }
    if (address != null && isVisit()) {
      throw Refusal.invalid("/address", "a visit has no address");
    }
    next = address == null ? next : next.withAddress(address);
    next = memo == null ? next : next.withMemo(Text.orNull(memo));
    if (next.equals(details)) {
      return Change.none(this);
    }
    if (earlier.size() >= MAX_REVISIONS) {
      throw Refusal.conflict(
          "order-state",
          "the paid order was changed "
              + MAX_REVISIONS
              + " times, which is the most: leave it as it is, or cancel it and place a new one");
    }
    List<OrderDetails> before = new ArrayList<>(earlier);
    if (status != OrderStatus.PLACED) {
      before.add(details);
    }
    return revised(next, couponWorth, before, now);
  }

  private void needOpen() {
    switch (status) {
      case PLACED, PAID, ACCEPTED -> {
        return;
      }
      case COOKING, COOKED, PICKED, DELIVERED, COMPLETED ->
          throw notChanged(StateRefusals.TOO_LATE);
      case CANCEL_REQUESTED -> throw notChanged("wait for the answer");
      case CANCELED, REJECTED, EXPIRED -> throw notChanged("place a new order");
    }
  }

  private Refusal notChanged(String advice) {
    return StateRefusals.refusal(this, "be changed", advice);
  }

  /**
   * The store was cooking already: the order is again what the ticket shows. That is the first of
   * the earlier details that is not older than {@code keptVersion}: their versions grew after the
   * store had heard of them, by whatever else happened to the order.
   */
  Change<Order> updateRefused(long keptVersion, Instant now) {
    if (settling || status.withdrawn()) {
      return Change.none(this);
    }
    return earlier.stream()
        .filter(kept -> kept.version() >= keptVersion)
        .findFirst()
        .filter(kept -> !kept.withVersion(details.version()).equals(details))
        .map(kept -> revised(kept, couponWorth, List.of(), now))
        .orElse(Change.none(this));
  }

  private Change<Order> revised(
      OrderDetails next, long worth, List<OrderDetails> before, Instant now) {
    OrderDetails numbered =
        next.withCoupon(next.couponId(), worth).withVersion(details.version() + 1);
    boolean samePrice = numbered.lines().equals(details.lines()) && numbered.due() == details.due();
    Order order =
        new Order(
            id,
            status,
            numbered,
            samePrice ? pricedVersion : numbered.version(),
            worth,
            paymentId,
            method,
            resumed,
            before,
            settling,
            reason,
            servedAt() == null ? now : changedAt);
    return Change.of(
        order, new OrderEvent.Updated(id, numbered, status != OrderStatus.PLACED, now));
  }

  private Order to(OrderStatus next, Instant now) {
    return new Order(
        id,
        next,
        details.withVersion(details.version() + 1),
        pricedVersion,
        couponWorth,
        paymentId,
        method,
        null,
        earlier,
        false,
        reason,
        now);
  }

  private Order because(String why) {
    return new Order(
        id,
        status,
        details,
        pricedVersion,
        couponWorth,
        paymentId,
        method,
        resumed,
        earlier,
        settling,
        why,
        changedAt);
  }

  private Order resuming(OrderStatus at) {
    return new Order(
        id,
        status,
        details,
        pricedVersion,
        couponWorth,
        paymentId,
        method,
        at,
        earlier,
        settling,
        reason,
        changedAt);
  }

  private Order nowSettling() {
    return new Order(
        id,
        status,
        details,
        pricedVersion,
        couponWorth,
        paymentId,
        method,
        resumed,
        earlier,
        true,
        reason,
        changedAt);
  }

  private OrderEvent.Canceled canceledEvent(Instant now) {
    return new OrderEvent.Canceled(
        id, details.customerId(), details.storeId(), details.couponId(), reason, now);
  }
}
