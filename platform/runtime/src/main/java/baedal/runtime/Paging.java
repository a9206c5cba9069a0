package baedal.runtime;

import com.fasterxml.jackson.core.type.TypeReference;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/**
 * The query parameters {@code limit} and {@code cursor} of lists. A cursor holds the sort keys of
 * the last item of a page; it is opaque to clients.
 */
public final class Paging {

  private static final int DEFAULT_LIMIT = 20;

  private Paging() {}

  /**
   * The number of items that the client wants; 20 if the parameter is missing. The contract sets
   * the maximum.
   */
  public static int limit(RoutingContext ctx) {
    String limit = ctx.request().getParam("limit");
    return limit == null ? DEFAULT_LIMIT : Integer.parseInt(limit);
  }

  /**
   * The id of the last item of the previous page, from a cursor with one key. Null for the first
   * page.
   */
  public static String last(RoutingContext ctx) {
    String cursor = ctx.request().getParam("cursor");
    return cursor == null ? null : decode(cursor, 1).get(0);
  }

  public static String encode(String... keys) {
    byte[] json = Json.encode(keys).getBytes(StandardCharsets.UTF_8);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(json);
  }

  /** Decodes a cursor with exactly {@code keys} keys. Throws a 400 refusal for any other cursor. */
  public static List<String> decode(String cursor, int keys) {
    List<String> decoded = decode(cursor);
    if (decoded.size() != keys) {
      throw wrong();
    }
    return decoded;
  }

  /** Decodes a cursor with any number of keys. Throws a 400 refusal for any other text. */
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

  /** The refusal of a text that is not a cursor of this list. */
  public static Refusal wrong() {
    return Refusal.invalid(
        "/cursor", "is not a cursor of this list: use `next` of the previous page");
  }
}
