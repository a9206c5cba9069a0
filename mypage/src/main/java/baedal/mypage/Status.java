package baedal.mypage;

/**
 * The status of an order as its customer sees it. The first eight constants are the normal course
 * of an order.
 */
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

  /** Whether no other status follows. */
  boolean isLast() {
    return switch (this) {
      case COMPLETED, CANCELED, REJECTED, EXPIRED -> true;
      case PLACED, PAID, ACCEPTED, COOKING, COOKED, PICKED, DELIVERED, CANCEL_REQUESTED -> false;
    };
  }
}
