package baedal.payment;

/** The state of one attempt to pay an order. */
public enum PaymentStatus {
  /** The charge may have reached the provider; its result is not stored yet. */
  CHARGING,
  PAID,
  /** To be paid on delivery. */
  DEFERRED,
  DECLINED,
  /** The refund may have reached the provider; its result is not stored yet. */
  REFUNDING,
  /**
   * The refund is complete: all, a part or nothing of the amount was given back ({@link
   * Payment#toRefund}), or no money had been taken ({@link Payment#isVoided}).
   */
  REFUNDED;

  /** Whether a payment with this status is active. An order has at most one active payment. */
  boolean isActive() {
    return switch (this) {
      case CHARGING, PAID, DEFERRED, REFUNDING -> true;
      case DECLINED, REFUNDED -> false;
    };
  }
}
