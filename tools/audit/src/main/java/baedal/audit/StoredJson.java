package baedal.audit;

import baedal.runtime.Json;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Parses the JSON that a service has stored, for the audit's repositories. For a text that is not a
 * JSON object it does not throw, but returns an object for which {@link #isUnreadable} is true.
 */
final class StoredJson {

  private static final String UNREADABLE = "unreadable";

  private StoredJson() {}

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
