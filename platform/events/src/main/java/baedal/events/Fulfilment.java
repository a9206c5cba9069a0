package baedal.events;

/**
 * How an order reaches the customer. DELIVERY: a rider brings it from the store. COURIER: a rider
 * carries a parcel from the customer's pick-up address to a destination. VISIT: the customer comes
 * to the store.
 */
public enum Fulfilment {
  DELIVERY,
  COURIER,
  VISIT
}
