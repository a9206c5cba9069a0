package baedal.runtime;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/**
 * Handles the {@code Expect} header of requests (RFC 9110, 10.1.1). The only supported expectation
 * is {@code 100-continue}: the client sends its body after a {@code 100 Continue} response.
 */
public final class Expectations {

  private static final String CONTINUE = "100-continue";
  private static final String CONTINUED = Expectations.class.getName();

  private final long maxBodyBytes;

  Expectations(long maxBodyBytes) {
    this.maxBodyBytes = maxBodyBytes;
  }

  /**
   * Closes the connection after the response if the client waits for {@code 100 Continue} and does
   * not get it. This handler must run before every handler that can refuse the request.
   */
  static void closeWithoutContinue(RoutingContext ctx) {
    if (ctx.request().headers().contains(HttpHeaders.EXPECT)) {
      closeUnlessContinued(ctx);
    }
    ctx.next();
  }

  /**
   * Checks a request with an {@code Expect} header. Refuses it with 417 if it expects anything but
   * {@code 100-continue}, and with 413 if its body would be too large.
   */
  void check(RoutingContext ctx) {
    HttpServerRequest request = ctx.request();
    List<String> expected = request.headers().getAll(HttpHeaders.EXPECT);
    if (expected.isEmpty()) {
      ctx.next();
      return;
    }
    if (expected.stream().anyMatch(value -> !value.strip().equalsIgnoreCase(CONTINUE))) {
      ctx.fail(417);
    } else if (contentLength(request) > maxBodyBytes) {
      ctx.fail(413);
    } else {
      ctx.next();
    }
  }

  /**
   * Sends {@code 100 Continue} if the client waits for it. A handler calls this before it reads the
   * body, after all checks that could refuse the request.
   */
  public static void sendContinue(RoutingContext ctx) {
    HttpServerRequest request = ctx.request();
    if (request.headers().contains(HttpHeaders.EXPECT)) {
      request.headers().remove(HttpHeaders.EXPECT);
      ctx.put(CONTINUED, true);
      if (request.version() != HttpVersion.HTTP_1_0) {
        ctx.response().writeContinue();
      }
    }
  }

  /** {@link #sendContinue} as a handler, to run before the body reader. */
  static void continueBeforeBody(RoutingContext ctx) {
    sendContinue(ctx);
    ctx.next();
  }

  /**
   * Closes an HTTP/1.x connection after the response if no {@code 100 Continue} was sent. The
   * client may still send its body, which the server could mistake for the next request.
   */
  private static void closeUnlessContinued(RoutingContext ctx) {
    HttpServerRequest request = ctx.request();
    if (request.version() == HttpVersion.HTTP_2) {
      return;
    }
    ctx.addHeadersEndHandler(
        v -> {
          if (ctx.get(CONTINUED) == null) {
            ctx.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
          }
        });
    ctx.addEndHandler(
        v -> {
          if (ctx.get(CONTINUED) == null) {
            request.connection().close();
          }
        });
  }

  /** Zero without a valid Content-Length. Vert.x itself refuses an invalid Content-Length. */
  private static long contentLength(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    try {
      return length == null ? 0 : Long.parseLong(length.strip());
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
