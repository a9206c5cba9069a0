package baedal.gateway;

import io.vertx.core.AsyncResult;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.client.HttpResponse;

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

  /** {@code call} fails if payment did not respond in time. */
  static ProviderVerdict of(AsyncResult<HttpResponse<Buffer>> call) {
    if (call.failed()) {
      return UNANSWERED;
    }
    String provider = call.result().getHeader(HEADER);
    if (provider == null) {
      return call.result().statusCode() >= 500 ? FAILED : NONE;
    }
    return switch (provider) {
      case "answered" -> ANSWERED;
      case "late", "failed" -> FAILED;
      case "no-time" -> BUSY;
      default -> NONE;
    };
  }
}
