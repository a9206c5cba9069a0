package baedal.rider;

/** The status of a {@link Delivery}; clients see it. */
public enum DeliveryStatus {
  /** The store accepted the order and has not finished it. */
  WAITING,
  /** The store finished the order, and a rider can claim the delivery. */
  OPEN,
  CLAIMED,
  PICKED,
  DELIVERED,
  CANCELED
}
