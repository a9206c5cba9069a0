package baedal.runtime;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Responds to requests that reach no router, because they cannot be decoded or are too large. */
public final class EarlyRefusal {

  private static final Logger log = LoggerFactory.getLogger(EarlyRefusal.class);

  /**
   * The HTTP/2 error code NO_ERROR: the client need not send the rest of its request (RFC 9113,
   * 8.1).
   */
  private static final long NO_ERROR = 0;

  private EarlyRefusal() {}

  public static Refusal lineTooLong(int maxBytes) {
    return Refusal.of(
        Refusal.Kind.URI_TOO_LONG,
        "uri-too-long",
        "the request line may have at most " + maxBytes + " bytes");
  }

  /** {@code fault} names the header fields that are too large (RFC 6585, 5). */
  public static Refusal headersTooLarge(String fault, int maxBytes) {
    return Refusal.of(
        Refusal.Kind.HEADERS_TOO_LARGE,
        "headers-too-large",
        fault + ": all header fields together may have at most " + maxBytes + " bytes");
  }

  /** Refuses a request that the server could not decode within these limits. */
  public static void undecodable(HttpServerRequest request, int maxLineBytes, int maxHeaderBytes) {
    Throwable cause = request.decoderResult().cause();
    if (cause instanceof TooLongHttpLineException) {
      end(request, lineTooLong(maxLineBytes));
    } else if (cause instanceof TooLongHttpHeaderException) {
      end(request, headersTooLarge("the header fields are too large", maxHeaderBytes));
    } else {
      end(
          request,
          Refusal.of(Refusal.Kind.INVALID, "bad-request", "the request is not valid HTTP"));
    }
  }

  /**
   * Answers without reading the rest of the request. Then closes an HTTP/1.x connection. On an
   * HTTP/2 connection, it resets the stream if the client is still sending the request.
   */
  public static void end(HttpServerRequest request, Refusal refusal) {
    RequestId.begin(request);
    boolean http2 = request.version() == HttpVersion.HTTP_2;
    if (!http2) {
      request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    }
    answer(request, refusal)
        .eventually(() -> http2 ? resetUnlessEnded(request) : request.connection().close())
        .onFailure(
            e ->
                log.atDebug()
                    .addKeyValue("cause", e)
                    .log("the client closed the connection before it received the refusal"));
  }

  private static Future<Void> resetUnlessEnded(HttpServerRequest request) {
    return request.isEnded() ? Future.succeededFuture() : request.response().reset(NO_ERROR);
  }

  /** Sends the refusal and keeps the connection open. */
  static Future<Void> answer(HttpServerRequest request, Refusal refusal) {
    return request
        .response()
        .setStatusCode(refusal.kind().status())
        .putHeader(HttpHeaders.CONTENT_TYPE, Problems.MEDIA_TYPE)
        .end(Problems.body(request.path(), refusal).toBuffer());
  }
}
