package baedal.gateway;

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
 * Which web sites' pages may ask the gateway (CORS, Fetch standard 3.2). A page proves who it is
 * with a token, never with a cookie; asking whether it may ask needs none.
 */
final class Cors {

  private static final String LOOPBACK = "http://(localhost|127\\.0\\.0\\.1|\\[::1])(:[0-9]{1,5})?";
  private static final int ASKED_AGAIN_SECONDS = 600;

  private static final List<String> EXPOSED =
      Stream.concat(
              Stream.of("Location", "Retry-After", "WWW-Authenticate", "X-Request-Id"),
              RateLimits.TOLD.stream())
          .toList();

  private final CorsHandler handler;
  private final Set<String> named;
  private final boolean loopback;

  Cors(List<String> origins) {
    named = Set.copyOf(origins);
    loopback = named.contains(PublicHttpConfig.LOOPBACK);
    handler = CorsHandler.create().maxAgeSeconds(ASKED_AGAIN_SECONDS);
    for (String origin : origins) {
      if (origin.equals(PublicHttpConfig.LOOPBACK)) {
        handler.addOriginWithRegex(LOOPBACK);
      } else {
        handler.addOrigin(origin);
      }
    }
    List.of(HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE)
        .forEach(handler::allowedMethod);
    List.of(
            "Authorization",
            "Content-Type",
            "Idempotency-Key",
            "Last-Event-ID",
            "X-Request-Id",
            "traceparent",
            "tracestate")
        .forEach(handler::allowedHeader);
    EXPOSED.forEach(handler::exposedHeader);
  }

  void handle(RoutingContext ctx) {
    if (isOwn(ctx)) {
      ctx.next();
    } else {
      handler.handle(ctx);
    }
  }

  /** Lets the page read an answer that the router does not give. */
  void put(HttpServerRequest request) {
    String origin = request.getHeader(HttpHeaders.ORIGIN);
    if (origin != null && isNamed(origin)) {
      MultiMap headers = request.response().headers();
      headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
      headers.set(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, String.join(",", EXPOSED));
      headers.set(HttpHeaders.VARY, "origin");
    }
  }

  private boolean isNamed(String origin) {
    return named.contains(origin) || (loopback && origin.matches(LOOPBACK));
  }

  /** Browsers name the origin of the gateway's own pages, too, whenever they send something. */
  private static boolean isOwn(RoutingContext ctx) {
    String origin = ctx.request().getHeader(HttpHeaders.ORIGIN);
    HostAndPort host = ctx.request().authority();
    return origin != null && host != null && origin.endsWith("://" + host);
  }
}
