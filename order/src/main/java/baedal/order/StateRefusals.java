package baedal.order;

import baedal.runtime.Refusal;

/** Refusals of what the state of an order does not allow: both states, the reason, what to do. */
final class StateRefusals {

  static final String TOO_LATE = "it is too late: ask the store";

  private StateRefusals() {}

  static Refusal confirm(Order order) {
    String advice =
        switch (order.status()) {
          case PLACED -> "pay for it first";
          case PAID, ACCEPTED, COOKING, COOKED, PICKED ->
              "confirm it once it is " + (order.isVisit() ? "COOKED" : "DELIVERED");
          case CANCEL_REQUESTED -> "wait for the answer";
          case DELIVERED, COMPLETED, CANCELED, REJECTED, EXPIRED -> "there is nothing to confirm";
        };
    return refusal(order, "become COMPLETED", advice);
  }

  /** {@code action} is what the order cannot do, such as "become CANCELED". */
  static Refusal refusal(Order order, String action, String advice) {
    return Refusal.conflict(
        "order-state",
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
          order.isVisit() ? "it is ready for the visit" : "it is ready and waits for its rider";
      case PICKED -> "the rider is on the way with it";
      case DELIVERED -> "it was delivered";
      case COMPLETED -> "the customer has it and it is closed";
      case CANCEL_REQUESTED ->
          order.settling()
              ? "its cancellation was accepted, and the money is on its way back"
              : "its cancellation was requested, and the store has not answered yet";
      case CANCELED -> "it was canceled";
      case REJECTED -> "the store rejected it";
      case EXPIRED -> "it was not paid in time";
    };
  }
}
