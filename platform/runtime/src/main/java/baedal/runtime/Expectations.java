package baedal.runtime;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/**
 * Handles the {@code Expect} header of requests (RFC 9110, 10.1.1). The only expectation that can
 * be met is {@code 100-continue}, and not for a body that is too large.
 */
public final class Expectations {

  private static final String CONTINUE = "100-continue";
  private static final String INVITED = Expectations.class.getName();

  private final long maxBodyBytes;

  Expectations(long maxBodyBytes) {
    this.maxBodyBytes = maxBodyBytes;
  }

  /**
   * Before any handler that can refuse the request: its final answer ends the connection, unless
   * the client was invited to send the body.
   */
  static void endUninvited(RoutingContext ctx) {
    if (ctx.request().headers().contains(HttpHeaders.EXPECT)) {
      closeUnlessInvited(ctx);
    }
    ctx.next();
  }

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
   * Sends {@code 100 Continue} if the client waits for it. A handler that reads the body calls this
   * first, once the request is otherwise acceptable.
   */
  public static void invite(RoutingContext ctx) {
    HttpServerRequest request = ctx.request();
    if (request.headers().contains(HttpHeaders.EXPECT)) {
      request.headers().remove(HttpHeaders.EXPECT);
      ctx.put(INVITED, true);
      if (request.version() != HttpVersion.HTTP_1_0) {
        ctx.response().writeContinue();
      }
    }
  }

  /** {@link #invite} as a handler, to run before the body reader. */
  static void inviteBody(RoutingContext ctx) {
    invite(ctx);
    ctx.next();
  }

  /**
   * Closes an HTTP/1.x connection after a final response without {@code 100 Continue}. The client
   * may still send the body or not, so the next bytes could be a body or a request.
   */
  private static void closeUnlessInvited(RoutingContext ctx) {
    HttpServerRequest request = ctx.request();
    if (request.version() == HttpVersion.HTTP_2) {
      return;
    }
    ctx.addHeadersEndHandler(
        v -> {
          if (ctx.get(INVITED) == null) {
            ctx.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
          }
        });
    ctx.addEndHandler(
        v -> {
          if (ctx.get(INVITED) == null) {
            request.connection().close();
          }
        });
  }

  /** Zero without a valid Content-Length: the server refuses an invalid one by itself. */
  private static long contentLength(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    try {
      return length == null ? 0 : Long.parseLong(length.strip());
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
