package baedal.events;

/** How an order is settled: before the store hears of it, or by the rider at the door. */
public enum PaymentMethod {
  CARD,
  KAKAO_PAY,
  ON_DELIVERY;

  public boolean deferred() {
    return this == ON_DELIVERY;
  }
}
