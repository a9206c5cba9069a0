package baedal.order;

/** Where an order is; the first eight in the order in which a good life passes through them. */
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

  /** Whether the order is on its way through the kitchen and to the customer. */
  boolean underWay() {
    return switch (this) {
      case PAID, ACCEPTED, COOKING, COOKED, PICKED, DELIVERED -> true;
      case PLACED, COMPLETED, CANCEL_REQUESTED, CANCELED, REJECTED, EXPIRED -> false;
    };
  }

  /** Whether the order is taken back, and with it whatever it held. */
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

  OrderStatus later(OrderStatus other) {
    return compareTo(other) >= 0 ? this : other;
  }
}
