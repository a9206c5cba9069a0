package baedal.store;

/** The status of a {@link Ticket}; clients see it on the kitchen board. */
public enum TicketStatus {
  RECEIVED,
  ACCEPTED,
  COOKING,
  COOKED,
  REJECTED,
  CANCELED;

  boolean isRejectedOrCanceled() {
    return this == REJECTED || this == CANCELED;
  }
}
