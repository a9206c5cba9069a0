package baedal.order;

import baedal.events.Address;
import baedal.events.Change;
import baedal.events.Line;
import baedal.events.OrderDetails;
import baedal.events.OrderEvent;
import baedal.runtime.Refusal;
import baedal.runtime.Text;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Decides whether the lines, the address and the memo of an order may change: until cooking begins.
 * Undoes a change that the store refused.
 */
final class OrderUpdate {

  /** The maximum number of changes of a paid order: each keeps the details before it. */
  private static final int MAX_CHANGES = 10;

  private OrderUpdate() {}

  /**
   * Prices new lines for {@link #change}: an unpaid order by the catalog, a paid order by what was
   * paid. Other quantities of an unpaid order must be in stock.
   */
  static List<Line> price(Order order, List<Catalog.RequestedLine> requested, Catalog catalog) {
    requireChangeable(order);
    List<Line> lines = order.details().lines();
    if (order.status() == OrderStatus.PLACED) {
      return PaidLines.sameQuantities(lines, requested)
          ? catalog.price(requested)
          : catalog.priceInStock(requested);
    }
    List<List<Line>> earlier = order.earlierDetails().stream().map(OrderDetails::lines).toList();
    return new PaidLines(lines, earlier, catalog).withOptions(requested);
  }

  /**
   * Changes what the customer names; {@code null} leaves a part as it is, and a blank memo removes
   * it. The total of a paid order must stay the same.
   */
  static Change<Order> change(
      Order order, List<Line> lines, Address address, String memo, Instant now) {
    requireChangeable(order);
    OrderDetails next = changedDetails(order, lines, address, memo);
    if (next.equals(order.details())) {
      return Change.none(order);
    }
    if (order.earlierDetails().size() >= MAX_CHANGES) {
      throw Refusal.conflict(
          StateRefusals.TYPE,
          "the paid order was changed "
              + MAX_CHANGES
              + " times, which is the most: leave it as it is, or cancel it and place a new one");
    }
    List<OrderDetails> earlier = new ArrayList<>(order.earlierDetails());
    if (order.status() != OrderStatus.PLACED) {
      earlier.add(order.details());
    }
    return replace(order, next, order.couponWorth(), earlier, now);
  }

  /**
   * The store refused a change because cooking had begun: the order is again what its ticket shows.
   * Those are the oldest earlier details that are not older than {@code keptVersion}. They may have
   * a higher version, because other transitions count up the version after the store received it.
   */
  static Change<Order> refusedByStore(Order order, long keptVersion, Instant now) {
    if (order.refundPending() || order.status().withdrawn()) {
      return Change.none(order);
    }
    OrderDetails present = order.details();
    return order.earlierDetails().stream()
        .filter(earlier -> earlier.version() >= keptVersion)
        .findFirst()
        .filter(earlier -> !earlier.withVersion(present.version()).equals(present))
        .map(earlier -> replace(order, earlier, order.couponWorth(), List.of(), now))
        .orElse(Change.none(order));
  }

  /** The unpaid order with another coupon, or with none when {@code couponId} is null. */
  static Change<Order> withCoupon(Order order, String couponId, long worth, Instant now) {
    OrderDetails next = order.details().withCoupon(couponId, worth);
    return replace(order, next, worth, List.of(), now);
  }

  private static OrderDetails changedDetails(
      Order order, List<Line> lines, Address address, String memo) {
    OrderDetails next = order.details();
    if (lines != null) {
      next = next.withLines(lines);
      if (order.status() != OrderStatus.PLACED && next.total() != order.details().total()) {
        throw Refusal.conflict(
            StateRefusals.TYPE,
            "the order is paid: options may change at the same price only, and these make it "
                + next.total()
                + " won instead of "
                + order.details().total());
      }
    }
    if (address != null && order.isVisit()) {
      throw Refusal.invalid("/address", "a visit has no address");
    }
    next = address == null ? next : next.withAddress(address);
    return memo == null ? next : next.withMemo(Text.orNull(memo));
  }

  /** Other details as a new version. A served order keeps the time at which it was served. */
  private static Change<Order> replace(
      Order order,
      OrderDetails details,
      long couponWorth,
      List<OrderDetails> earlierDetails,
      Instant now) {
    OrderDetails next =
        details
            .withCoupon(details.couponId(), couponWorth)
            .withVersion(order.details().version() + 1);
    boolean samePrice =
        next.lines().equals(order.details().lines()) && next.due() == order.details().due();
    Order updated =
        OrderBuilder.builder(order)
            .details(next)
            .pricedVersion(samePrice ? order.pricedVersion() : next.version())
            .couponWorth(couponWorth)
            .earlierDetails(earlierDetails)
            .changedAt(order.servedAt() == null ? now : order.changedAt())
            .build();
    boolean paid = order.status() != OrderStatus.PLACED;
    return Change.of(updated, new OrderEvent.Updated(order.id(), next, paid, now));
  }

  private static void requireChangeable(Order order) {
    switch (order.status()) {
      case PLACED, PAID, ACCEPTED -> {
        return;
      }
      case COOKING, COOKED, PICKED, DELIVERED, COMPLETED ->
          throw notChangeable(order, StateRefusals.TOO_LATE);
      case CANCEL_REQUESTED -> throw notChangeable(order, "wait for the answer");
      case CANCELED, REJECTED, EXPIRED -> throw notChangeable(order, "place a new order");
    }
  }

  private static Refusal notChangeable(Order order, String advice) {
    return StateRefusals.of(order, "be changed", advice);
  }
}
