package baedal.store;

import baedal.runtime.Text;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Queries for stores and menus that also find documents of older versions. Those versions stored
 * text as clients sent it, in some documents in Unicode normalization form D. Today the service
 * converts the text of every request to form C.
 */
final class UnicodeForms {

  private UnicodeForms() {}

  /** Whether the text, which is in form C, is the same in form D. */
  static boolean isSameInBoth(String text) {
    return Text.nfd(text).equals(text);
  }

  /** A query for the documents with this id in form C or form D. */
  static JsonObject id(String id) {
    JsonArray forms = new JsonArray().add(id).add(Text.nfd(id));
    return new JsonObject().put("_id", new JsonObject().put("$in", forms));
  }

  /**
   * Returns {@code id}, which is in form C, unless only the id in form D was found.
   *
   * @param found the ids that the query {@link #id} found
   */
  static String choose(String id, List<String> found) {
    return found.isEmpty() || found.contains(id) ? id : found.get(0);
  }

  /** A query for names that contain {@code part} in upper or lower case; null finds all names. */
  static JsonObject named(String part) {
    if (part == null) {
      return new JsonObject();
    }
    String regex =
        Stream.of(part, Text.nfd(part))
            .distinct()
            .map(Pattern::quote)
            .collect(Collectors.joining("|"));
    return new JsonObject().put("name", new JsonObject().put("$regex", regex).put("$options", "i"));
  }
}
