package baedal.gateway;

import baedal.runtime.EarlyRefusal;
import baedal.runtime.Refusal;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import java.util.Optional;

/**
 * Limits the size of the request line and of all header fields, in HTTP/1.1 and HTTP/2. The
 * decoders accept twice as much, so that the head of a refused request is still read to its end:
 * its {@code Origin} decides whether a page may read the refusal.
 */
final class RequestSize {

  /** The decoders accept this many times the limit, and refuse a larger head half read. */
  private static final int READ_FACTOR = 2;

  /** Two spaces, the protocol, and the end of the line. */
  private static final int LINE_OVERHEAD = "  HTTP/1.1\r\n".length();

  /** Of one header field: colon, space, and the end of the line. */
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
    String fault = "%d bytes of header fields, %d of them %s".formatted(total, largest, name);
    return Optional.of(EarlyRefusal.headersTooLarge(fault, maxHeaderBytes));
  }
}
