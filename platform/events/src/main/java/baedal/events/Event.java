package baedal.events;

/** A fact that one service publishes to the others. */
public sealed interface Event
    permits OrderEvent, PaymentEvent, StoreEvent, RiderEvent, CouponEvent {

  /**
   * The correlation key: the order id; for stores and menus the store id; for an unused coupon its
   * own id.
   */
  String subject();
}
