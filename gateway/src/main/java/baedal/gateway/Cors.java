package baedal.gateway;

import baedal.runtime.Refusal;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.CorsHandler;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Decides which web sites may call the gateway from their pages (CORS; Fetch standard, 3.2), and
 * responds to preflight requests. A page authenticates with a token, never with a cookie. A
 * preflight request needs no token.
 */
final class Cors {

  private static final String LOOPBACK = "http://(localhost|127\\.0\\.0\\.1|\\[::1])(:[0-9]{1,5})?";
  private static final int PREFLIGHT_MAX_AGE_SECONDS = 600;

  private static final List<String> EXPOSED_HEADERS =
      Stream.concat(
              Stream.of("Location", "Retry-After", "WWW-Authenticate", "X-Request-Id"),
              RateLimits.HEADERS.stream())
          .toList();

  private static final List<String> ALLOWED_HEADERS =
      List.of(
          "Authorization",
          "Content-Type",
          "Idempotency-Key",
          "Last-Event-ID",
          "X-Request-Id",
          "traceparent",
          "tracestate");

  private static final List<HttpMethod> ALLOWED_METHODS =
      List.of(HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE);

  private final CorsHandler handler = CorsHandler.create();
  private final Set<String> allowedOrigins;
  private final boolean loopbackAllowed;

  /**
   * Takes the origins of {@link PublicHttpConfig#corsOrigins}. If there are none, no response has
   * CORS headers.
   */
  Cors(List<String> origins) {
    allowedOrigins = Set.copyOf(origins);
    loopbackAllowed = allowedOrigins.contains(PublicHttpConfig.LOOPBACK);
    handler.maxAgeSeconds(PREFLIGHT_MAX_AGE_SECONDS);
    for (String origin : origins) {
      if (origin.equals(PublicHttpConfig.LOOPBACK)) {
        handler.addOriginWithRegex(LOOPBACK);
      } else {
        handler.addOrigin(origin);
      }
    }
    ALLOWED_METHODS.forEach(handler::allowedMethod);
    ALLOWED_HEADERS.forEach(handler::allowedHeader);
    EXPOSED_HEADERS.forEach(handler::exposedHeader);
  }

  /**
   * Responds to a preflight request, refuses a page whose origin is not allowed, and adds CORS
   * headers to the response for an allowed page.
   */
  void handle(RoutingContext ctx) {
    String origin = ctx.request().getHeader(HttpHeaders.ORIGIN);
    if (allowedOrigins.isEmpty() || isSameOrigin(ctx)) {
      ctx.next();
    } else if (origin != null && !isAllowed(origin)) {
      ctx.fail(
          Refusal.forbidden("pages of this origin may not call the gateway: see CORS_ORIGINS"));
    } else {
      handler.handle(ctx);
    }
  }

  /**
   * Adds CORS headers to the response of a request that does not reach the router, so that an
   * allowed page can read it.
   */
  void putHeaders(HttpServerRequest request) {
    String origin = request.getHeader(HttpHeaders.ORIGIN);
    if (origin != null && isAllowed(origin)) {
      MultiMap headers = request.response().headers();
      headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
      headers.set(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, String.join(",", EXPOSED_HEADERS));
      headers.set(HttpHeaders.VARY, "origin");
    }
  }

  private boolean isAllowed(String origin) {
    return allowedOrigins.contains(origin) || (loopbackAllowed && origin.matches(LOOPBACK));
  }

  /**
   * The gateway's own pages need no CORS headers. Browsers send {@code Origin} for them, too,
   * except with GET and HEAD.
   */
  private static boolean isSameOrigin(RoutingContext ctx) {
    String origin = ctx.request().getHeader(HttpHeaders.ORIGIN);
    HostAndPort host = ctx.request().authority();
    return origin != null && host != null && origin.endsWith("://" + host);
  }
}
