package baedal.rider;

/** Where a rider's job is. */
public enum DeliveryStatus {
  /** Known, but the food is not ready. */
  WAITING,
  /** Riders nearby see it. */
  OPEN,
  CLAIMED,
  PICKED,
  DELIVERED,
  CANCELED
}
