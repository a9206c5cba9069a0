package baedal.events;

/**
 * How an order reaches the customer: a rider fetches it from the store, a courier carries it
 * between two addresses of the customer, or the customer comes.
 */
public enum Fulfilment {
  DELIVERY,
  COURIER,
  VISIT
}
