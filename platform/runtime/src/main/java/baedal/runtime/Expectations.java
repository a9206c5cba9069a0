package baedal.runtime;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/**
 * What a request expects before it sends its body (RFC 9110, 10.1.1). Only {@code 100-continue} can
 * be met, and never for a body that is too large.
 */
public final class Expectations {

  private static final String CONTINUE = "100-continue";
  private static final String INVITED = Expectations.class.getName();

  private final long maxBodyBytes;

  Expectations(long maxBodyBytes) {
    this.maxBodyBytes = maxBodyBytes;
  }

  void check(RoutingContext ctx) {
    HttpServerRequest request = ctx.request();
    List<String> expected = request.headers().getAll(HttpHeaders.EXPECT);
    if (expected.isEmpty()) {
      ctx.next();
      return;
    }
    closeUnlessInvited(ctx);
    if (expected.stream().anyMatch(value -> !value.strip().equalsIgnoreCase(CONTINUE))) {
      ctx.fail(417);
    } else if (announced(request) > maxBodyBytes) {
      ctx.fail(413);
    } else {
      ctx.next();
    }
  }

  /**
   * Sends {@code 100 Continue} when the client waits for it. Who reads the body calls this once it
   * is clear that the body is wanted.
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

  /** In front of the body reader. */
  static void inviteBody(RoutingContext ctx) {
    invite(ctx);
    ctx.next();
  }

  /**
   * After a final answer the client may send the body or not: what follows on a connection of
   * HTTP/1.x could be read in two ways.
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

  /** Zero when the length is not announced, or is no number: that is refused elsewhere. */
  private static long announced(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    try {
      return length == null ? 0 : Long.parseLong(length.strip());
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
