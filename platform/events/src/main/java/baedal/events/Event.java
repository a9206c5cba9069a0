package baedal.events;

/** A fact that one service publishes to the others. */
public sealed interface Event
    permits OrderEvent, PaymentEvent, StoreEvent, RiderEvent, CouponEvent {

  /**
   * The id that related events have in common: the order id; for an event about a store or a menu
   * the store id; for a coupon without an order the coupon id.
   */
  String subject();
}
