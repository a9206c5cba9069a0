package baedal.events;

/** How the customer pays: before the store receives the order, or to the rider on delivery. */
public enum PaymentMethod {
  CARD,
  KAKAO_PAY,
  ON_DELIVERY;

  public boolean deferred() {
    return this == ON_DELIVERY;
  }
}
