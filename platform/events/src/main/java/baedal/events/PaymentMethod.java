package baedal.events;

/** How an order is paid: before the store receives it, or to the rider on delivery. */
public enum PaymentMethod {
  CARD,
  KAKAO_PAY,
  ON_DELIVERY;

  public boolean deferred() {
    return this == ON_DELIVERY;
  }
}
