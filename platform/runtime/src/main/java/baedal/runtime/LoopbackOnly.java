package baedal.runtime;

import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import java.util.regex.Pattern;

/**
 * Protects the dev routes against DNS rebinding: the client must address this machine by a loopback
 * name. An attacker can make the name of a web site resolve to 127.0.0.1. The browser then treats
 * the dev routes as part of that site, so CORS does not stop its pages. But the {@code Host} header
 * still holds the name of the site.
 */
final class LoopbackOnly {

  static final String DEV_PATH = "/dev/";

  private static final Pattern LOOPBACK =
      Pattern.compile(
          "localhost|127(\\.(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3}|\\[?::1]?",
          Pattern.CASE_INSENSITIVE);

  private LoopbackOnly() {}

  static void check(RoutingContext ctx) {
    HostAndPort authority = ctx.request().authority();
    if (authority != null && LOOPBACK.matcher(authority.host()).matches()) {
      ctx.next();
    } else {
      ctx.fail(
          Refusal.forbidden(
              "this route accepts only a loopback host: use localhost, 127.0.0.1 or [::1] in the URL"));
    }
  }
}
