package baedal.runtime;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Locale;

/** Refuses request bodies whose media type or content coding is not accepted (status 415). */
final class MediaTypes {

  static final String JSON = "application/json";

  /** The media type of a change to a JSON document (RFC 7396). */
  static final String MERGE_PATCH = "application/merge-patch+json";

  private static final String FORM = "application/x-www-form-urlencoded";
  private static final String IDENTITY = "identity";

  private MediaTypes() {}

  /** A media type without its parameters, in lower case. */
  static String essence(String contentType) {
    return contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
  }

  /**
   * Returns the refusal of a media type, and adds the accepted media types to the response headers
   * (RFC 9110, 15.5.16).
   */
  static Refusal unsupported(RoutingContext ctx, List<String> accepted) {
    String list = String.join(", ", accepted);
    ctx.response().putHeader(HttpHeaders.ACCEPT, list);
    if (ctx.request().method().equals(HttpMethod.PATCH)) {
      ctx.response().putHeader("Accept-Patch", list);
    }
    return Refusal.of(
        Refusal.Kind.UNSUPPORTED,
        "not-json",
        "send Content-Type: " + String.join(" or ", accepted));
  }

  /**
   * Returns the refusal of a media type when only the method of the request is known, not yet the
   * operation.
   */
  static Refusal unsupported(RoutingContext ctx) {
    boolean patch = ctx.request().method().equals(HttpMethod.PATCH);
    return unsupported(ctx, patch ? List.of(MERGE_PATCH, JSON) : List.of(JSON));
  }

  /** Refuses HTML forms. The body reader would decode a form, and answer 500 to an invalid form. */
  static void refuseForms(RoutingContext ctx) {
    String contentType = ctx.request().getHeader(HttpHeaders.CONTENT_TYPE);
    String type = contentType == null ? "" : contentType.strip().toLowerCase(Locale.ROOT);
    if (type.startsWith("multipart/") || type.startsWith(FORM)) {
      ctx.fail(unsupported(ctx));
    } else {
      ctx.next();
    }
  }

  /** Refuses compressed bodies. The response names the accepted coding (RFC 9110, 12.5.3). */
  static void refuseContentCodings(RoutingContext ctx) {
    for (String coding : ctx.request().headers().getAll(HttpHeaders.CONTENT_ENCODING)) {
      if (!coding.strip().equalsIgnoreCase(IDENTITY)) {
        ctx.response().putHeader(HttpHeaders.ACCEPT_ENCODING, IDENTITY);
        ctx.fail(
            Refusal.of(
                Refusal.Kind.UNSUPPORTED,
                "content-coding",
                "send the body uncompressed, without Content-Encoding"));
        return;
      }
    }
    ctx.next();
  }
}
