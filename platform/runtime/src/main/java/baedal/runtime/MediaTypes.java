package baedal.runtime;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Locale;

/** What a body may be: its media type and its coding, and the refusal of another one. */
final class MediaTypes {

  static final String JSON = "application/json";

  /** A change to a JSON document (RFC 7396). */
  static final String MERGE_PATCH = "application/merge-patch+json";

  private static final String IDENTITY = "identity";

  private MediaTypes() {}

  /** A media type without its parameters, in lower case. */
  static String essence(String contentType) {
    return contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
  }

  /** The answer says which media types are taken (RFC 9110, 15.5.16; RFC 5789, 2.2). */
  static Refusal unsupported(RoutingContext ctx, List<String> taken) {
    String list = String.join(", ", taken);
    ctx.response().putHeader(HttpHeaders.ACCEPT, list);
    if (ctx.request().method().equals(HttpMethod.PATCH)) {
      ctx.response().putHeader("Accept-Patch", list);
    }
    return Refusal.of(
        Refusal.Kind.UNSUPPORTED, "not-json", "send Content-Type: " + String.join(" or ", taken));
  }

  /** As the other, where the operation is not known yet. */
  static Refusal unsupported(RoutingContext ctx) {
    boolean patch = ctx.request().method().equals(HttpMethod.PATCH);
    return unsupported(ctx, patch ? List.of(MERGE_PATCH, JSON) : List.of(JSON));
  }

  /** Passes requests on whose body is as it is, not compressed (RFC 9110, 12.5.3). */
  static void uncoded(RoutingContext ctx) {
    for (String coding : ctx.request().headers().getAll(HttpHeaders.CONTENT_ENCODING)) {
      if (!coding.strip().equalsIgnoreCase(IDENTITY)) {
        ctx.response().putHeader(HttpHeaders.ACCEPT_ENCODING, IDENTITY);
        ctx.fail(
            Refusal.of(
                Refusal.Kind.UNSUPPORTED,
                "content-coding",
                "send the body as it is, without Content-Encoding"));
        return;
      }
    }
    ctx.next();
  }
}
