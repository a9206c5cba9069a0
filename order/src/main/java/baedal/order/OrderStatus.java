package baedal.order;

/** The status of an order. A successful order passes through the first eight in this order. */
public enum OrderStatus {
  PLACED,
  PAID,
  ACCEPTED,
  COOKING,
  COOKED,
  PICKED,
  DELIVERED,
  COMPLETED,
  CANCEL_REQUESTED,
  CANCELED,
  REJECTED,
  EXPIRED;

  /** Whether the order is paid and not completed, with no cancellation and no rejection. */
  boolean underWay() {
    return switch (this) {
      case PAID, ACCEPTED, COOKING, COOKED, PICKED, DELIVERED -> true;
      case PLACED, COMPLETED, CANCEL_REQUESTED, CANCELED, REJECTED, EXPIRED -> false;
    };
  }

  /** Whether the order has ended without success: it gives back its coupon. */
  boolean withdrawn() {
    return switch (this) {
      case CANCELED, REJECTED, EXPIRED -> true;
      case PLACED,
          PAID,
          ACCEPTED,
          COOKING,
          COOKED,
          PICKED,
          DELIVERED,
          COMPLETED,
          CANCEL_REQUESTED ->
          false;
    };
  }

  /** Of two statuses of a successful order the later one. */
  OrderStatus later(OrderStatus other) {
    return compareTo(other) >= 0 ? this : other;
  }
}
