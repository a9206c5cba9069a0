package baedal.store;

/** Where a ticket is. */
public enum TicketStatus {
  RECEIVED,
  ACCEPTED,
  COOKING,
  COOKED,
  REJECTED,
  CANCELED;

  boolean over() {
    return this == REJECTED || this == CANCELED;
  }
}
