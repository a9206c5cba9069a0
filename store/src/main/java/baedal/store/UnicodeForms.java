package baedal.store;

import baedal.runtime.Text;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds stores and menus of earlier versions, which stored text as it came, also in normalization
 * form D. Text in a request is in form C.
 */
final class UnicodeForms {

  private UnicodeForms() {}

  /** Whether the text is the same in both forms. */
  static boolean isOne(String text) {
    return Text.nfd(text).equals(text);
  }

  /** Documents with this id in one of the forms. */
  static JsonObject id(String id) {
    JsonArray forms = new JsonArray().add(id).add(Text.nfd(id));
    return new JsonObject().put("_id", new JsonObject().put("$in", forms));
  }

  /** The id to use when {@code found} are the documents with it: form C, unless only D is there. */
  static String choose(String id, List<String> found) {
    return found.isEmpty() || found.contains(id) ? id : found.get(0);
  }

  /** Documents whose name holds {@code part}; all of them when it is null. */
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
