package baedal.payment;

/** Where one attempt to settle an order is. */
public enum PaymentStatus {
  /** The provider was asked, and has not answered yet as far as we know. */
  CHARGING,
  PAID,
  /** Promised on delivery. */
  DEFERRED,
  DECLINED,
  /** The provider was asked to give it back. */
  REFUNDING,
  /** Given back, or void where no money was taken: see {@link Payment#isVoided}. */
  REFUNDED;

  /** Whether this attempt keeps another one for the same order out. */
  boolean occupies() {
    return switch (this) {
      case CHARGING, PAID, DEFERRED, REFUNDING -> true;
      case DECLINED, REFUNDED -> false;
    };
  }
}
