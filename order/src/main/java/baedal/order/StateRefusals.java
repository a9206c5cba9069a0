package baedal.order;

import baedal.runtime.Refusal;

/**
 * Builds the refusal of an action that the status of an order does not allow. The text names the
 * status, the action, the reason, and what the customer can do.
 */
final class StateRefusals {

  /** The problem type of a refusal because of an order's status. */
  static final String TYPE = "order-state";

  static final String CONTACT_STORE = "contact the store";

  private StateRefusals() {}

  /** The advice to a customer whose order is CANCEL_REQUESTED. */
  static String waitAdvice(Order order) {
    return order.refundPending() ? "wait for the refund" : "wait for the answer of the store";
  }

  /** {@code action} is what the order cannot do, such as "become CANCELED". */
  static Refusal of(Order order, String action, String advice) {
    return Refusal.conflict(
        TYPE,
        "an order that is "
            + order.status()
            + " cannot "
            + action
            + ": "
            + reason(order)
            + "; "
            + advice);
  }

  private static String reason(Order order) {
    return switch (order.status()) {
      case PLACED -> "it is not paid yet";
      case PAID, ACCEPTED -> "it is paid, and the store has not begun to prepare it";
      case COOKING -> "the store has begun to prepare it";
      case COOKED ->
          order.isStay()
              ? "the guest has checked in"
              : order.isVisit()
                  ? "it is ready for the visit"
                  : "it is ready and waits for its rider";
      case PICKED -> "the rider is on the way with it";
      case DELIVERED -> "it was delivered";
      case COMPLETED -> "the customer received it";
      case CANCEL_REQUESTED ->
          order.refundPending()
              ? "its cancellation was accepted, and its refund is in progress"
              : "its cancellation was requested, and the store has not answered yet";
      case CANCELED -> "it was canceled";
      case REJECTED -> "the store rejected it";
      case EXPIRED -> "it was not paid in time";
    };
  }
}
