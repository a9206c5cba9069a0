package baedal.runtime;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Answers 405. The header {@code Allow} lists the methods that the requested path accepts (RFC
 * 9110, 15.5.6).
 */
final class AllowedMethods {

  private static final Pattern PARAMETER = Pattern.compile(":[A-Za-z0-9_]+");

  private AllowedMethods() {}

  static void render(Router router, RoutingContext ctx) {
    ctx.response().putHeader(HttpHeaders.ALLOW, allowed(router, ctx.normalizedPath()));
    Problems.render(ctx);
  }

  private static String allowed(Router router, String path) {
    Set<String> methods = new TreeSet<>();
    for (Route route : router.getRoutes()) {
      if (route.methods() != null && route.getPath() != null && matches(route.getPath(), path)) {
        route.methods().stream().map(HttpMethod::name).forEach(methods::add);
      }
    }
    return String.join(", ", methods);
  }

  private static boolean matches(String route, String path) {
    return path.matches(PARAMETER.matcher(route).replaceAll("[^/]+") + "/?");
  }
}
