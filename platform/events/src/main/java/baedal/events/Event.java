package baedal.events;

/** A fact that one service publishes to the others. */
public sealed interface Event
    permits OrderEvent, PaymentEvent, StoreEvent, RiderEvent, CouponEvent {

  /**
   * The id that correlates events: the order id, for stores and menus the store id, for a coupon
   * without an order the coupon id.
   */
  String subject();
}
