package baedal.order;

import baedal.events.Address;
import baedal.events.Change;
import baedal.events.Line;
import baedal.events.OrderDetails;
import baedal.events.OrderEvent;
import baedal.events.Stay;
import baedal.runtime.Refusal;
import baedal.runtime.Text;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;

/**
 * Decides whether the lines, the address and the memo of an order may change. They may change until
 * cooking begins. Also undoes a change that the store refused.
 */
final class OrderUpdate {

  /**
   * The maximum number of changes of a paid order. {@link Order#earlierDetails} keeps the details
   * before each change.
   */
  private static final int MAX_CHANGES = 10;

  private OrderUpdate() {}

  /**
   * Computes the prices of new lines for {@link #change}. An unpaid order gets the catalog's
   * prices, a paid order keeps the prices that were paid. New quantities of an unpaid order must be
   * in stock.
   */
  static List<Line> price(Order order, List<Catalog.RequestedLine> requested, Catalog catalog) {
    requireChangeable(order);
    List<Line> lines = order.details().lines();
    Stay stay = order.details().stay();
    if (order.status() == OrderStatus.PLACED) {
      return PaidLines.sameQuantities(lines, requested)
          ? catalog.price(requested, stay)
          : catalog.priceInStock(requested, stay);
    }
    List<List<Line>> earlier = order.earlierDetails().stream().map(OrderDetails::lines).toList();
    return new PaidLines(lines, earlier, catalog).withOptions(requested);
  }

  /** The nights whose prices and counts {@link #price} needs. */
  static List<LocalDate> nights(OrderDetails details) {
    return details.stay() == null ? List.of() : details.stay().nights();
  }

  /**
   * Changes the lines, the address and the memo; {@code null} leaves a part unchanged, and a blank
   * memo removes the memo. The total of a paid order must stay the same.
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
              + " times, which is the maximum: keep it, or cancel it and place a new order");
    }
    List<OrderDetails> earlier = new ArrayList<>(order.earlierDetails());
    if (order.status() != OrderStatus.PLACED) {
      earlier.add(order.details());
    }
    return replace(order, next, order.couponWorth(), earlier, now);
  }

  /**
   * Undoes changes that the store refused because cooking had begun. {@code keptVersion} is the
   * version of the order's details that the store's ticket shows. The order gets back the oldest
   * earlier details whose version is at least {@code keptVersion}: their content is that of the
   * ticket. Their version can be higher, because a change of the order's status also increments the
   * version.
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
            "the order is paid, and these options change its total from "
                + order.details().total()
                + " to "
                + next.total()
                + " won: choose options at the same price");
      }
    }
    if (address != null && order.isVisit()) {
      throw Refusal.invalid("/address", "a visit has no address: leave it out");
    }
    next = address == null ? next : next.withAddress(address);
    return memo == null ? next : next.withMemo(Text.orNull(memo));
  }

  /**
   * Replaces the details and increments the version. {@code changedAt} of a served order does not
   * change, because {@link Order#servedAt} uses it.
   */
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
          throw notChangeable(order, StateRefusals.CONTACT_STORE);
      case CANCEL_REQUESTED -> throw notChangeable(order, StateRefusals.waitAdvice(order));
      case CANCELED, REJECTED, EXPIRED -> throw notChangeable(order, "place a new order");
    }
  }

  private static Refusal notChangeable(Order order, String advice) {
    return StateRefusals.of(order, "be changed", advice);
  }
}
