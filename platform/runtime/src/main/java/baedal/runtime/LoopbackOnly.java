package baedal.runtime;

import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import java.util.regex.Pattern;

/**
 * The guard of the dev doors: the client must call this machine by a loopback name. A web site
 * whose own name is made to resolve to 127.0.0.1 (DNS rebinding) is of the same origin as that
 * name, so that CORS does not keep its pages out; but its name is in {@code Host}.
 */
final class LoopbackOnly {

  static final String DEV_DOORS = "/dev/";

  private static final Pattern LOOPBACK =
      Pattern.compile(
          "localhost|127(\\.(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3}|\\[?::1]?",
          Pattern.CASE_INSENSITIVE);

  private LoopbackOnly() {}

  static void check(RoutingContext ctx) {
    HostAndPort called = ctx.request().authority();
    if (called != null && LOOPBACK.matcher(called.host()).matches()) {
      ctx.next();
    } else {
      ctx.fail(Refusal.forbidden("use localhost, 127.0.0.1 or [::1] as the host of this URL"));
    }
  }
}
