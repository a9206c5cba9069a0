package baedal.gateway;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.CorsHandler;
import java.util.List;

/**
 * Which web sites' pages may ask the gateway (CORS, Fetch standard 3.2). A page proves who it is
 * with a token, never with a cookie; asking whether it may ask needs none.
 */
final class Cors {

  private static final String LOOPBACK = "http://(localhost|127\\.0\\.0\\.1|\\[::1])(:[0-9]{1,5})?";
  private static final int ASKED_AGAIN_SECONDS = 600;

  private final CorsHandler handler;

  Cors(List<String> origins) {
    handler = CorsHandler.create().maxAgeSeconds(ASKED_AGAIN_SECONDS);
    for (String origin : origins) {
      if (origin.equals(EdgeConfig.LOOPBACK)) {
        handler.addOriginWithRegex(LOOPBACK);
      } else {
        handler.addOrigin(origin);
      }
    }
    List.of(HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE)
        .forEach(handler::allowedMethod);
    List.of("Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID", "X-Request-Id")
        .forEach(handler::allowedHeader);
    List.of("Location", "Retry-After", "X-Request-Id").forEach(handler::exposedHeader);
    RateLimits.TOLD.forEach(handler::exposedHeader);
  }

  void handle(RoutingContext ctx) {
    if (isOwn(ctx)) {
      ctx.next();
    } else {
      handler.handle(ctx);
    }
  }

  /** Browsers name the origin of the gateway's own pages, too, whenever they send something. */
  private static boolean isOwn(RoutingContext ctx) {
    String origin = ctx.request().getHeader(HttpHeaders.ORIGIN);
    return origin != null && origin.endsWith("://" + ctx.request().authority());
  }
}
