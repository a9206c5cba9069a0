package baedal.payment;

/**
 * The payment with which the service responds to a request: paid, deferred or declined.
 *
 * @param charged whether the provider responded to a charge that this request made; it shows that
 *     the provider works
 */
record PaymentResult(Payment payment, boolean charged) {

  /** A payment that this request did not charge. */
  static PaymentResult stored(Payment payment) {
    return new PaymentResult(payment, false);
  }
}
