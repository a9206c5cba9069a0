package baedal.runtime;

import io.vertx.ext.web.RoutingContext;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Sets the status and headers of responses whose status is not 200. Handlers call it. */
public final class Reply {

  private Reply() {}

  /** Responds with 201. {@code location} is the percent-encoded path of the created resource. */
  public static <T> T created(RoutingContext ctx, String location, T body) {
    ctx.response().setStatusCode(201).putHeader("Location", location);
    return body;
  }

  /** Builds a path from these segments and percent-encodes each. */
  public static String path(String... parts) {
    StringBuilder path = new StringBuilder();
    for (String part : parts) {
      String encoded = URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
      path.append('/').append(encoded);
    }
    return path.toString();
  }

  /** Responds with 202: the request is stored, and its outcome is decided later. */
  public static <T> T accepted(RoutingContext ctx, T body) {
    ctx.response().setStatusCode(202);
    return body;
  }
}
