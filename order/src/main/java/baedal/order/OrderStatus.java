package baedal.order;

/**
 * The status of an order. A successful order passes through the first eight statuses from top to
 * bottom, and may skip some of them.
 */
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

  /** Whether the order is paid but not completed. False while a cancellation is requested. */
  boolean underWay() {
    return switch (this) {
      case PAID, ACCEPTED, COOKING, COOKED, PICKED, DELIVERED -> true;
      case PLACED, COMPLETED, CANCEL_REQUESTED, CANCELED, REJECTED, EXPIRED -> false;
    };
  }

  /** Whether the order has ended without success. Such an order gives back its coupon. */
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

  /** The later of two statuses of a successful order. */
  OrderStatus later(OrderStatus other) {
    return compareTo(other) >= 0 ? this : other;
  }
}
