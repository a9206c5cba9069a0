package baedal.runtime;

import com.fasterxml.jackson.core.type.TypeReference;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/**
 * The {@code limit} and {@code cursor} of a list. A cursor is opaque to clients: the keys of the
 * last item seen.
 */
public final class Paging {

  private static final int DEFAULT_LIMIT = 20;

  private Paging() {}

  /** How many items the client wants, as the contract bounds it: 20 unless told. */
  public static int limit(RoutingContext ctx) {
    String limit = ctx.request().getParam("limit");
    return limit == null ? DEFAULT_LIMIT : Integer.parseInt(limit);
  }

  /** The id of the last item of the page before, or null at first: the only key of a cursor. */
  public static String last(RoutingContext ctx) {
    String cursor = ctx.request().getParam("cursor");
    return cursor == null ? null : decode(cursor, 1).get(0);
  }

  public static String encode(String... keys) {
    byte[] json = Json.encode(keys).getBytes(StandardCharsets.UTF_8);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(json);
  }

  /** The keys in a cursor that {@link #encode} made of as many; anything else is refused. */
  public static List<String> decode(String cursor, int keys) {
    List<String> decoded = decode(cursor);
    if (decoded.size() != keys) {
      throw wrong();
    }
    return decoded;
  }

  public static List<String> decode(String cursor) {
    try {
      List<String> keys =
          Json.mapper()
              .readValue(
                  Base64.getUrlDecoder().decode(cursor), new TypeReference<List<String>>() {});
      if (keys == null
          || keys.contains(null)
          || keys.stream().anyMatch(key -> Text.fault(key) != null)) {
        throw wrong();
      }
      return keys;
    } catch (IOException | IllegalArgumentException | NullPointerException e) {
      throw wrong();
    }
  }

  /** What is no cursor of a list is refused with. */
  public static Refusal wrong() {
    return Refusal.invalid(
        "/cursor", "is not a cursor of this list: use `next` of the page before");
  }
}
