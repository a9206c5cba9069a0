package baedal.runtime;

import java.time.Duration;
import java.util.List;

/**
 * The one way the domain says no. {@link Problems} turns it into an HTTP response; a consumer of
 * events turns it into a dead letter.
 */
public final class Refusal extends RuntimeException {

  /** The kinds of refusals; each has one HTTP status. */
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

  /** What is wrong with one field of the request, with a JSON pointer to it. */
  public record Fault(String pointer, String detail) {}

  static final String INVALID_TOKEN = "invalid-token";

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

  /** As {@link #conflict(String, String)}, with the fields of the request that cause it. */
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

  /** For a token that is forged, expired, or meant for another audience (RFC 6750, 3.1). */
  public static Refusal invalidToken() {
    return of(Kind.UNAUTHENTICATED, INVALID_TOKEN, "the token is not valid here: get a new one");
  }

  public static Refusal invalid(String pointer, String detail) {
    return invalid(List.of(new Fault(pointer, detail)));
  }

  public static Refusal invalid(List<Fault> faults) {
    return new Refusal(
        Kind.INVALID, "invalid", "the request does not fit the contract", faults, null);
  }

  /** Whether a failure is a refusal because something does not exist. */
  public static boolean isNotFound(Throwable failure) {
    return failure instanceof Refusal refusal && refusal.kind() == Kind.NOT_FOUND;
  }

  /** For a request that cannot be served now; the client may retry after {@code retryAfter}. */
  public static Refusal unavailable(String type, String detail, Duration retryAfter) {
    return new Refusal(Kind.UNAVAILABLE, type, detail, List.of(), retryAfter);
  }

  /** For too many requests; the client may retry after {@code retryAfter}. */
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

  /** How long the client should wait before it retries; null when a retry makes no sense. */
  public Duration retryAfter() {
    return retryAfter;
  }
}
