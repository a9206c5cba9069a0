package baedal.gateway;

import baedal.runtime.Json;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * One OpenAPI 3.1 document of all that can be reached through this gateway, put together from those
 * of the services. A component is named after its document: {@code order.Address}.
 */
final class ApiDocument {

  private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");

  private final Map<URI, JsonNode> documents = new HashMap<>();
  private final ObjectNode merged = Json.mapper().createObjectNode();

  ApiDocument() {
    merged.put("openapi", "3.1.0");
    merged
        .putObject("info")
        .put("title", "Baedal")
        .put("version", "1")
        .put("description", "Everything that a client can ask of Baedal, through its one door.");
    merged.putArray("tags");
    merged.putObject("paths");
    merged
        .putObject("components")
        .putObject("securitySchemes")
        .putObject("token")
        .put("type", "http")
        .put("scheme", "bearer")
        .put("bearerFormat", "JWT");
  }

  /**
   * Those operations of a document whose path is {@code reached}; one that is there already stays
   * as it is. {@code resource} is where the document stands on the class path.
   */
  ApiDocument with(String resource, Predicate<String> reached) {
    URI at = URI.create(resource);
    JsonNode document = document(at);
    String tag = document.at("/info/title").asText();
    int before = merged.path("paths").size();
    document
        .path("paths")
        .properties()
        .forEach(
            path -> {
              if (reached.test(path.getKey())) {
                add(at, tag, path.getKey(), path.getValue());
              }
            });
    if (merged.path("paths").size() > before) {
      ObjectNode told = merged.withArray("tags").addObject().put("name", tag);
      told.set("description", document.at("/info/description"));
    }
    return this;
  }

  ObjectNode json() {
    return merged;
  }

  private void add(URI at, String tag, String path, JsonNode item) {
    ObjectNode shown = merged.withObject("paths").withObjectProperty(path);
    for (Map.Entry<String, JsonNode> part : item.properties()) {
      if (!shown.has(part.getKey())) {
        JsonNode taken = taken(at, part.getValue());
        shown.set(part.getKey(), taken);
        if (METHODS.contains(part.getKey())) {
          describe((ObjectNode) taken, tag);
        }
      }
    }
  }

  private static void describe(ObjectNode operation, String tag) {
    operation.putArray("tags").add(tag);
    ArrayNode security = operation.putArray("security");
    for (JsonNode role : operation.path("x-roles")) {
      if (role.asText().equals("anyone")) {
        security.addObject();
      }
    }
    security.addObject().putArray("token");
  }

  /** A copy that points into this document; what it points to is brought along. */
  private JsonNode taken(URI at, JsonNode node) {
    if (node.isArray()) {
      ArrayNode copy = Json.mapper().createArrayNode();
      node.forEach(child -> copy.add(taken(at, child)));
      return copy;
    }
    if (!node.isObject()) {
      return node;
    }
    ObjectNode copy = Json.mapper().createObjectNode();
    for (Map.Entry<String, JsonNode> child : node.properties()) {
      if (child.getKey().equals("$ref")) {
        copy.put("$ref", component(at.resolve(child.getValue().asText())));
      } else {
        copy.set(child.getKey(), taken(at, child.getValue()));
      }
    }
    return copy;
  }

  /** Brings a component along, and answers where it is now. */
  private String component(URI reference) {
    String[] names = reference.getFragment().split("/", -1);
    URI at = URI.create(reference.getPath());
    String[] folders = at.getPath().split("/", -1);
    String name = folders[folders.length - 2] + "." + names[3];
    ObjectNode kind = merged.withObject("components").withObjectProperty(names[2]);
    if (!kind.has(name)) {
      kind.putObject(name);
      kind.set(name, taken(at, document(at).at(reference.getFragment())));
    }
    return "#/components/" + names[2] + "/" + name;
  }

  private JsonNode document(URI at) {
    return documents.computeIfAbsent(at, Documents::tree);
  }
}
