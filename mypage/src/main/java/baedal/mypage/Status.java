package baedal.mypage;

/** Where an order is, as its customer sees it; the first eight in the order of a good life. */
public enum Status {
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

  /** Nothing follows. */
  boolean isLast() {
    return switch (this) {
      case COMPLETED, CANCELED, REJECTED, EXPIRED -> true;
      case PLACED, PAID, ACCEPTED, COOKING, COOKED, PICKED, DELIVERED, CANCEL_REQUESTED -> false;
    };
  }
}
