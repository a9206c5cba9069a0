package baedal.runtime;

import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import java.util.regex.Pattern;

/**
 * Protects the dev routes against DNS rebinding: the client must address this machine by a loopback
 * name. An attacker can make the name of a web site resolve to 127.0.0.1. Its pages are then of the
 * same origin, so CORS does not stop them, but {@code Host} still holds the name of the site.
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
      ctx.fail(Refusal.forbidden("use localhost, 127.0.0.1 or [::1] as the host of this URL"));
    }
  }
}
