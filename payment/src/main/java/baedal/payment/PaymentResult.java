package baedal.payment;

/**
 * The payment that answers a request: paid, deferred or declined.
 *
 * @param charged whether the provider answered a charge that this request made; it shows that the
 *     provider works
 */
record PaymentResult(Payment payment, boolean charged) {

  /** A payment that this request did not charge. */
  static PaymentResult stored(Payment payment) {
    return new PaymentResult(payment, false);
  }
}
