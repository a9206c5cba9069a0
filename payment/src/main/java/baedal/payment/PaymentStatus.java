package baedal.payment;

/** The state of one attempt to pay an order. */
public enum PaymentStatus {
  /** The provider was asked to charge it; its answer is not stored yet. */
  CHARGING,
  PAID,
  /** To be paid on delivery. */
  DEFERRED,
  DECLINED,
  /** The provider was asked to give it back. */
  REFUNDING,
  /** The money went back; or none was taken, see {@link Payment#isVoided}. */
  REFUNDED;

  /** Whether the order can have no other payment beside this one. */
  boolean isActive() {
    return switch (this) {
      case CHARGING, PAID, DEFERRED, REFUNDING -> true;
      case DECLINED, REFUNDED -> false;
    };
  }
}
