package baedal.store;

/** The status of a {@link Ticket}; clients see it on the kitchen board. */
public enum TicketStatus {
  RECEIVED("the store has not accepted it yet; accept or reject it first"),
  ACCEPTED("cooking has not begun; start it first"),
  COOKING("cooking has begun; finish it"),
  COOKED("it is ready; the store has nothing left to do"),
  REJECTED("the store rejected it, and a rejection is final"),
  CANCELED("the customer canceled it; do not prepare it");

  private final String explanation;

  TicketStatus(String explanation) {
    this.explanation = explanation;
  }

  /** Says in the refusal of an action what the status means and what the store can do. */
  String explanation() {
    return explanation;
  }

  boolean isRejectedOrCanceled() {
    return this == REJECTED || this == CANCELED;
  }
}
