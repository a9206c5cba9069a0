package baedal.rider;

/** The status of a {@link Delivery}, which clients see. */
public enum DeliveryStatus {
  /** The store accepted the order and has not finished it. */
  WAITING,
  /** The store finished the order, and no rider has it. */
  OPEN,
  CLAIMED,
  PICKED,
  DELIVERED,
  CANCELED
}
