package baedal.store;

import baedal.runtime.Text;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Queries for stores and menus that also find documents of older versions of the service. Those
 * versions saved text as clients sent it, sometimes in Unicode normalization form D (NFD). Today
 * the service converts the text of every request to form C (NFC).
 */
final class UnicodeForms {

  private UnicodeForms() {}

  /**
   * Whether {@code text}, which is in Unicode normalization form C (NFC), is the same in form D
   * (NFD).
   */
  static boolean isSameInBoth(String text) {
    return Text.nfd(text).equals(text);
  }

  /**
   * A query for the documents with this id in Unicode normalization form C (NFC) or D (NFD). {@code
   * id} is in NFC.
   */
  static JsonObject id(String id) {
    JsonArray forms = new JsonArray().add(id).add(Text.nfd(id));
    return new JsonObject().put("_id", new JsonObject().put("$in", forms));
  }

  /**
   * Returns {@code id}, which is in Unicode normalization form C (NFC). If only the id in form D
   * (NFD) was found, returns that id instead.
   *
   * @param found the ids that the query {@link #id} found
   */
  static String choose(String id, List<String> found) {
    return found.isEmpty() || found.contains(id) ? id : found.get(0);
  }

  /**
   * A query for stores whose name contains {@code part} in upper or lower case; null finds all
   * stores.
   */
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
