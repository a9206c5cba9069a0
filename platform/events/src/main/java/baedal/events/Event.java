package baedal.events;

/** Something that happened, as one service tells the others. */
public sealed interface Event
    permits OrderEvent, PaymentEvent, StoreEvent, RiderEvent, CouponEvent {

  /**
   * The correlation key: the order id; for stores and menus the store id; for an unused coupon its
   * own id.
   */
  String subject();
}
