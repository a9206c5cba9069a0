package baedal.payment;

/**
 * The payment that answers a request: paid, deferred or declined.
 *
 * @param charged whether this request had the provider charge an amount; it shows that the provider
 *     works
 */
record PaymentResult(Payment payment, boolean charged) {

  /** A payment whose charge ended without this request, or that needs none. */
  static PaymentResult stored(Payment payment) {
    return new PaymentResult(payment, false);
  }
}
