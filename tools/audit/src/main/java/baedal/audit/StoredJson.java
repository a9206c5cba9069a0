package baedal.audit;

import baedal.runtime.Json;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Parses stored JSON. Text that is no JSON object becomes a marked object, not an exception. */
final class StoredJson {

  private static final String UNREADABLE = "unreadable";

  private StoredJson() {}

  /** The object, or one for which {@link #isUnreadable} is true. */
  static ObjectNode parse(String text) {
    try {
      if (Json.mapper().readTree(text) instanceof ObjectNode object) {
        return object;
      }
      return unreadable();
    } catch (JsonProcessingException e) {
      return unreadable();
    }
  }

  static boolean isUnreadable(JsonNode state) {
    return state.has(UNREADABLE);
  }

  private static ObjectNode unreadable() {
    return Json.mapper().createObjectNode().put(UNREADABLE, true);
  }
}
