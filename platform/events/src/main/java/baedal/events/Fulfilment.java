package baedal.events;

/**
 * Who moves what: a rider from the store, a rider between two addresses of the customer's, or
 * nobody.
 */
public enum Fulfilment {
  DELIVERY,
  COURIER,
  VISIT
}
