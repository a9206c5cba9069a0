package baedal.runtime;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers requests that do not reach the router: they cannot be read, or are too large. */
public final class EarlyRefusal {

  private static final Logger log = LoggerFactory.getLogger(EarlyRefusal.class);

  /** The HTTP/2 error code of a stream that ended as it should (RFC 9113, 7). */
  private static final long NO_ERROR = 0;

  private EarlyRefusal() {}

  public static Refusal lineTooLong(int maxBytes) {
    return Refusal.of(
        Refusal.Kind.URI_TOO_LONG,
        "uri-too-long",
        "the request line may have " + maxBytes + " bytes at most");
  }

  /** {@code fault} says which header fields are too large (RFC 6585, 5). */
  public static Refusal headersTooLarge(String fault, int maxBytes) {
    return Refusal.of(
        Refusal.Kind.HEADERS_TOO_LARGE,
        "headers-too-large",
        fault + ": all header fields together may have " + maxBytes + " bytes at most");
  }

  /** Refuses a request whose decoder failed; its limits of line and headers are these. */
  public static void undecodable(HttpServerRequest request, int maxLineBytes, int maxHeaderBytes) {
    Throwable cause = request.decoderResult().cause();
    if (cause instanceof TooLongHttpLineException) {
      end(request, lineTooLong(maxLineBytes));
    } else if (cause instanceof TooLongHttpHeaderException) {
      end(request, headersTooLarge("the header fields are too large", maxHeaderBytes));
    } else {
      end(
          request,
          Refusal.of(Refusal.Kind.INVALID, "bad-request", "the request is not understood"));
    }
  }

  /** Answers, and reads nothing more of the request; in HTTP/1.x that ends the connection. */
  public static void end(HttpServerRequest request, Refusal refusal) {
    RequestId.begin(request);
    boolean own = request.version() == HttpVersion.HTTP_2;
    if (!own) {
      request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    }
    answer(request, refusal)
        .eventually(() -> own ? leave(request) : request.connection().close())
        .onFailure(e -> log.atDebug().addKeyValue("cause", e).log("the client is gone"));
  }

  private static Future<Void> leave(HttpServerRequest request) {
    return request.isEnded() ? Future.succeededFuture() : request.response().reset(NO_ERROR);
  }

  /** Answers; the connection stays open. */
  static Future<Void> answer(HttpServerRequest request, Refusal refusal) {
    return request
        .response()
        .setStatusCode(refusal.kind().status())
        .putHeader(HttpHeaders.CONTENT_TYPE, Problems.MEDIA_TYPE)
        .end(Problems.body(request.path(), refusal).toBuffer());
  }
}
