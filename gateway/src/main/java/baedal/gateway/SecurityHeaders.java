package baedal.gateway;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Locale;

/**
 * What every answer tells a browser, whoever made it: take it for what it says it is, keep it to
 * yourself, show it in no other site. Nothing tells what it was made with.
 */
final class SecurityHeaders {

  private static final String POLICY = "Content-Security-Policy";

  /** Data does nothing in a browser. */
  private static final String NOTHING = "default-src 'none'; frame-ancestors 'none'";

  /** A page is made of what the gateway serves. */
  private static final String OWN =
      "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none';"
          + " form-action 'self'; frame-ancestors 'none'";

  private static final List<String> BANNERS = List.of("Server", "X-Powered-By", "Via");

  private SecurityHeaders() {}

  /** Just before the head of the answer is written; a policy or caching of its own stays. */
  static void put(HttpServerRequest request) {
    MultiMap headers = request.response().headers();
    BANNERS.forEach(headers::remove);
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("Cross-Origin-Resource-Policy", "same-origin");
    if (!headers.contains(POLICY)) {
      headers.set(POLICY, isPage(headers) ? OWN : NOTHING);
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
