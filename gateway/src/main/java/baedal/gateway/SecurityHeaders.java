package baedal.gateway;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Locale;

/**
 * Adds security headers for browsers to every response, and removes headers that name software,
 * such as {@code Server}.
 */
final class SecurityHeaders {

  private static final String POLICY = "Content-Security-Policy";

  /**
   * The policy for responses that are not HTML. If a browser shows such a response as a page, the
   * page runs no script and loads nothing.
   */
  private static final String DATA_POLICY = "default-src 'none'; frame-ancestors 'none'";

  /** The policy for HTML pages. They load scripts, styles and data only from the gateway. */
  private static final String PAGE_POLICY =
      "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none';"
          + " form-action 'self'; frame-ancestors 'none'";

  private static final List<String> BANNERS = List.of("Server", "X-Powered-By", "Via");

  private SecurityHeaders() {}

  static void addToResponse(RoutingContext ctx) {
    ctx.addHeadersEndHandler(v -> put(ctx.request()));
    ctx.next();
  }

  /**
   * Call this just before the response head is written. It keeps a {@code Content-Security-Policy}
   * or {@code Cache-Control} that is already set.
   */
  static void put(HttpServerRequest request) {
    MultiMap headers = request.response().headers();
    BANNERS.forEach(headers::remove);
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("Cross-Origin-Resource-Policy", "same-origin");
    if (!headers.contains(POLICY)) {
      headers.set(POLICY, isPage(headers) ? PAGE_POLICY : DATA_POLICY);
    }
    if (!headers.contains(HttpHeaders.CACHE_CONTROL)) {
      headers.set(HttpHeaders.CACHE_CONTROL, "no-store");
    }
    if (request.isSSL()) {
      headers.set("Strict-Transport-Security", "max-age=31536000");
    }
  }

  private static boolean isPage(MultiMap headers) {
    String type = headers.get(HttpHeaders.CONTENT_TYPE);
    return type != null && type.toLowerCase(Locale.ROOT).startsWith("text/html");
  }
}
