package baedal.runtime;

import io.vertx.ext.web.RoutingContext;

/** Answers other than a plain 200. */
public final class Reply {

  private Reply() {}

  /** 201, and where the new thing is. */
  public static <T> T created(RoutingContext ctx, String location, T body) {
    ctx.response().setStatusCode(201).putHeader("Location", location);
    return body;
  }

  /** 202: noted, and decided later. */
  public static <T> T accepted(RoutingContext ctx, T body) {
    ctx.response().setStatusCode(202);
    return body;
  }
}
