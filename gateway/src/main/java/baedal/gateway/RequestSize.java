package baedal.gateway;

import baedal.runtime.EarlyRefusal;
import baedal.runtime.Refusal;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import java.util.Optional;

/**
 * Limits the size of the request line and of all header fields together, in HTTP/1.1 and HTTP/2.
 * {@link PublicHttpServer} uses it.
 */
final class RequestSize {

  /**
   * The HTTP decoders read a head that is up to this many times as large as the limits, so that the
   * {@code Origin} of the refused request is known. The {@code Origin} decides whether a page may
   * read the refusal. The decoders stop in the middle of an even larger head.
   */
  private static final int READ_FACTOR = 2;

  /** Bytes of the request line besides method and target. */
  private static final int LINE_OVERHEAD = "  HTTP/1.1\r\n".length();

  /** Bytes of a header field besides name and value. */
  private static final int FIELD_OVERHEAD = ": \r\n".length();

  private final int maxLineBytes;
  private final int maxHeaderBytes;

  RequestSize(int maxLineBytes, int maxHeaderBytes) {
    this.maxLineBytes = maxLineBytes;
    this.maxHeaderBytes = maxHeaderBytes;
  }

  HttpServerOptions applyTo(HttpServerOptions options) {
    options.getInitialSettings().setMaxHeaderListSize((long) READ_FACTOR * maxHeaderBytes);
    return options
        .setMaxInitialLineLength(READ_FACTOR * maxLineBytes)
        .setMaxHeaderSize(READ_FACTOR * maxHeaderBytes);
  }

  /** Empty if the request is small enough. */
  Optional<Refusal> refusal(HttpServerRequest request) {
    int line = request.method().name().length() + request.uri().length() + LINE_OVERHEAD;
    if (line > maxLineBytes) {
      return Optional.of(EarlyRefusal.lineTooLong(maxLineBytes));
    }
    int total = 0;
    int largest = 0;
    String name = "";
    for (Map.Entry<String, String> field : request.headers()) {
      int size = field.getKey().length() + field.getValue().length() + FIELD_OVERHEAD;
      total += size;
      if (size > largest) {
        largest = size;
        name = field.getKey();
      }
    }
    if (total <= maxHeaderBytes) {
      return Optional.empty();
    }
    String fault =
        "the header fields have %d bytes, %d of them in %s".formatted(total, largest, name);
    return Optional.of(EarlyRefusal.headersTooLarge(fault, maxHeaderBytes));
  }
}
