package baedal.gateway;

/**
 * What a call of the payment service says about the payment provider. {@link PaymentBreaker} opens
 * only if the provider is slow or fails, and not if Baedal itself is slow.
 */
enum ProviderVerdict {
  /** The provider responded in time. */
  ANSWERED,

  /**
   * The provider had its full time and did not respond, or its response was an error. Also: payment
   * responded with a server error that does not say whether the provider was the cause.
   */
  FAILED,

  /** The provider did not get its full time, because the work of payment was slow. */
  BUSY,

  /** The payment service did not respond. */
  UNANSWERED,

  /** Nothing: payment did not need the provider, or an earlier attempt has to end first. */
  NONE;

  /**
   * The response header in which payment says what it has learned about the provider. Every 503 of
   * payment has it.
   */
  static final String HEADER = "Payment-Provider";

  /**
   * The verdict of a response with this status. {@code provider} is the value of {@link #HEADER};
   * null if the response has none.
   */
  static ProviderVerdict of(int status, String provider) {
    if (provider == null) {
      return status >= 500 ? FAILED : NONE;
    }
    return switch (provider) {
      case "answered" -> ANSWERED;
      case "late", "failed" -> FAILED;
      case "no-time" -> BUSY;
      default -> NONE;
    };
  }
}
