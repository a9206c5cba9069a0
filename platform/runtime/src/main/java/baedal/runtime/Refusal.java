package baedal.runtime;

import java.time.Duration;
import java.util.List;

/**
 * The exception with which the domain and the platform refuse a request or an event. {@link
 * Problems} turns it into an HTTP response. A consumer of events turns it into a dead letter.
 */
public final class Refusal extends RuntimeException {

  /** The kind of a refusal, which decides its HTTP status. */
  public enum Kind {
    INVALID(400),
    UNAUTHENTICATED(401),
    PAYMENT_REQUIRED(402),
    FORBIDDEN(403),
    NOT_FOUND(404),
    METHOD_NOT_ALLOWED(405),
    CONFLICT(409),
    TOO_LARGE(413),
    URI_TOO_LONG(414),
    UNSUPPORTED(415),
    EXPECTATION_FAILED(417),
    UNPROCESSABLE(422),
    TOO_MANY(429),
    HEADERS_TOO_LARGE(431),
    INTERNAL(500),
    UNAVAILABLE(503);

    private final int status;

    Kind(int status) {
      this.status = status;
    }

    public int status() {
      return status;
    }
  }

  /** What is wrong with one field of the request, with a JSON pointer to the field. */
  public record Fault(String pointer, String detail) {}

  static final String INVALID_TOKEN = "invalid-token";

  /** The end of the detail of every response with a {@code Retry-After} header. */
  public static final String RETRY_LATER = "retry after the seconds in Retry-After";

  private final Kind kind;
  private final String type;
  private final List<Fault> faults;
  private final Duration retryAfter;

  private Refusal(Kind kind, String type, String detail, List<Fault> faults, Duration retryAfter) {
    super(detail, null, false, false);
    this.kind = kind;
    this.type = type;
    this.faults = List.copyOf(faults);
    this.retryAfter = retryAfter;
  }

  /** {@code type} is the last part of the problem's URI, such as {@code not-found}. */
  public static Refusal of(Kind kind, String type, String detail) {
    return new Refusal(kind, type, detail, List.of(), null);
  }

  public static Refusal conflict(String type, String detail) {
    return of(Kind.CONFLICT, type, detail);
  }

  /**
   * As {@link #conflict(String, String)}, with the fields of the request that cause the conflict.
   */
  public static Refusal conflict(String type, String detail, List<Fault> faults) {
    return new Refusal(Kind.CONFLICT, type, detail, faults, null);
  }

  public static Refusal notFound(String detail) {
    return of(Kind.NOT_FOUND, "not-found", detail);
  }

  public static Refusal forbidden(String detail) {
    return of(Kind.FORBIDDEN, "forbidden", detail);
  }

  public static Refusal unauthenticated(String detail) {
    return of(Kind.UNAUTHENTICATED, "unauthenticated", detail);
  }

  /** For a request without a token to an operation that needs a token. */
  static Refusal tokenMissing() {
    return unauthenticated("a token is required: send Authorization: Bearer …");
  }

  /** For a token that is forged, expired, or meant for another audience (RFC 6750, 3.1). */
  public static Refusal invalidToken() {
    return of(Kind.UNAUTHENTICATED, INVALID_TOKEN, "the token is not valid: get a new one");
  }

  public static Refusal invalid(String pointer, String detail) {
    return invalid(List.of(new Fault(pointer, detail)));
  }

  public static Refusal invalid(List<Fault> faults) {
    return new Refusal(
        Kind.INVALID,
        "invalid",
        "the request does not fit the contract: correct every field in errors",
        faults,
        null);
  }

  /** Whether a failure is a refusal with status 404. */
  public static boolean isNotFound(Throwable failure) {
    return failure instanceof Refusal refusal && refusal.kind() == Kind.NOT_FOUND;
  }

  /** For a request that cannot be served now. The client may retry after {@code retryAfter}. */
  public static Refusal unavailable(String type, String detail, Duration retryAfter) {
    return new Refusal(Kind.UNAVAILABLE, type, detail, List.of(), retryAfter);
  }

  /** For too many requests. The client may retry after {@code retryAfter}. */
  public static Refusal tooMany(String detail, Duration retryAfter) {
    return new Refusal(Kind.TOO_MANY, "too-many-requests", detail, List.of(), retryAfter);
  }

  public Kind kind() {
    return kind;
  }

  public String type() {
    return type;
  }

  public List<Fault> faults() {
    return faults;
  }

  /** How long the client should wait before it retries. Null if the response sets no time. */
  public Duration retryAfter() {
    return retryAfter;
  }
}
