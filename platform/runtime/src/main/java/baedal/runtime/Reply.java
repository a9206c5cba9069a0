package baedal.runtime;

import io.vertx.ext.web.RoutingContext;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Responses of handlers other than a plain 200. */
public final class Reply {

  private Reply() {}

  /** 201 with the path of the created resource, percent-encoded, in {@code Location}. */
  public static <T> T created(RoutingContext ctx, String location, T body) {
    ctx.response().setStatusCode(201).putHeader("Location", location);
    return body;
  }

  /** A path of these segments, percent-encoded. */
  public static String path(String... parts) {
    StringBuilder path = new StringBuilder();
    for (String part : parts) {
      String encoded = URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
      path.append('/').append(encoded);
    }
    return path.toString();
  }

  /** 202: the request is stored, and its outcome is decided later. */
  public static <T> T accepted(RoutingContext ctx, T body) {
    ctx.response().setStatusCode(202);
    return body;
  }
}
