package baedal.runtime;

import io.vertx.ext.web.RoutingContext;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Answers other than a plain 200. */
public final class Reply {

  private Reply() {}

  /** 201, and where the new thing is: a path whose parts may stand in a URI. */
  public static <T> T created(RoutingContext ctx, String location, T body) {
    ctx.response().setStatusCode(201).putHeader("Location", location);
    return body;
  }

  /** The path of these parts, whatever is in them. */
  public static String path(String... parts) {
    StringBuilder path = new StringBuilder();
    for (String part : parts) {
      String encoded = URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
      path.append('/').append(encoded);
    }
    return path.toString();
  }

  /** 202: noted, and decided later. */
  public static <T> T accepted(RoutingContext ctx, T body) {
    ctx.response().setStatusCode(202);
    return body;
  }
}
