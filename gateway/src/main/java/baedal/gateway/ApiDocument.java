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
 * Merges the services' OpenAPI documents into one OpenAPI 3.1 document of all public operations,
 * which {@link Documents} serves. The name of a component gets its service's name as a prefix, such
 * as {@code order.Address}.
 */
final class ApiDocument {

  private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");

  private static final URI PROBLEM =
      URI.create("/baedal/runtime/problems.yaml#/components/responses/Problem");

  private final Map<URI, JsonNode> documents = new HashMap<>();
  private final ObjectNode merged = Json.mapper().createObjectNode();

  ApiDocument() {
    merged.put("openapi", "3.1.0");
    ObjectNode info = merged.putObject("info");
    info.put("title", "Baedal").put("version", "1");
    info.put("description", "All operations that a client can call through the gateway.");
    info.putObject("contact").put("name", "Baedal");
    info.putObject("license").put("name", "Apache 2.0").put("identifier", "Apache-2.0");
    merged.putArray("servers").addObject().put("url", "/").put("description", "This gateway");
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
   * Adds the operations of a document if {@code included} accepts their path. If two documents
   * describe the same operation, the one that was added first is kept.
   *
   * @param resource the document's absolute path on the class path
   */
  ApiDocument with(String resource, Predicate<String> included) {
    URI source = URI.create(resource);
    JsonNode document = document(source);
    String tag = document.at("/info/title").asText();
    boolean added = false;
    for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
      if (included.test(path.getKey())) {
        added |= add(source, tag, path.getKey(), path.getValue());
      }
    }
    if (added) {
      ObjectNode entry = merged.withArray("tags").addObject().put("name", tag);
      entry.set("description", document.at("/info/description"));
    }
    return this;
  }

  ObjectNode json() {
    return merged;
  }

  /** Returns whether the path has an operation that was not added before. */
  private boolean add(URI source, String tag, String path, JsonNode item) {
    ObjectNode target = merged.withObject("paths").withObjectProperty(path);
    boolean added = false;
    for (Map.Entry<String, JsonNode> part : item.properties()) {
      if (!target.has(part.getKey())) {
        JsonNode copy = copy(source, part.getValue());
        target.set(part.getKey(), copy);
        if (METHODS.contains(part.getKey())) {
          ((ObjectNode) copy).putArray("tags").add(tag);
          OperationDefaults.addTo(path, (ObjectNode) copy, component(PROBLEM));
          added = true;
        }
      }
    }
    return added;
  }

  /**
   * Copies a node of the document {@code source}. Adds the components that the node refers to, and
   * makes its references point into the merged document.
   */
  private JsonNode copy(URI source, JsonNode node) {
    if (node.isArray()) {
      ArrayNode copy = Json.mapper().createArrayNode();
      node.forEach(child -> copy.add(copy(source, child)));
      return copy;
    }
    if (!node.isObject()) {
      return node;
    }
    ObjectNode copy = Json.mapper().createObjectNode();
    for (Map.Entry<String, JsonNode> child : node.properties()) {
      if (child.getKey().equals("$ref")) {
        copy.put("$ref", component(source.resolve(child.getValue().asText())));
      } else {
        copy.set(child.getKey(), copy(source, child.getValue()));
      }
    }
    return copy;
  }

  /** Adds a component to the merged document unless it is there. Returns the reference to it. */
  private String component(URI reference) {
    String[] names = reference.getFragment().split("/", -1);
    URI source = URI.create(reference.getPath());
    String[] folders = source.getPath().split("/", -1);
    String name = folders[folders.length - 2] + "." + names[3];
    ObjectNode kind = merged.withObject("components").withObjectProperty(names[2]);
    if (!kind.has(name)) {
      kind.putObject(name); // ends the recursion if the component refers to itself
      kind.set(name, copy(source, document(source).at(reference.getFragment())));
    }
    return "#/components/" + names[2] + "/" + name;
  }

  private JsonNode document(URI source) {
    return documents.computeIfAbsent(source, Documents::tree);
  }
}
