package baedal.payment;

/**
 * The payment with which the service responds to a request: paid, deferred or declined.
 *
 * @param charged whether this request charged the payment and the provider responded, so that the
 *     provider is known to work
 */
record PaymentResult(Payment payment, boolean charged) {

  /** A payment that this request did not charge. */
  static PaymentResult stored(Payment payment) {
    return new PaymentResult(payment, false);
  }
}
