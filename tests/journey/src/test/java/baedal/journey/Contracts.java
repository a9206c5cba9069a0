package baedal.journey;

import baedal.runtime.Json;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Reads all operations from the OpenAPI documents in the sources, for tests that cover every
 * operation.
 */
final class Contracts {

  private static final String SERVICE = "{service}";
  private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");

  private Contracts() {}

  /**
   * An operation that {@code service} serves. {@code node} is the operation in its {@code
   * document}.
   */
  record Operation(String service, String method, String path, JsonNode node, JsonNode document) {

    /** Values of {@code x-roles}: no token is needed, or a token with any role. */
    static final Set<String> EVERYBODY = Set.of("anyone", "any");

    Set<String> roles() {
      Set<String> roles = new TreeSet<>();
      node.path("x-roles").forEach(role -> roles.add(role.asText()));
      return roles;
    }

    /**
     * How a request for another person's resource is answered: a status, {@code empty} or {@code
     * none}.
     */
    String foreign() {
      return node.path("x-foreign").asText();
    }

    boolean needsToken() {
      return !roles().contains("anyone");
    }

    boolean admits(String role) {
      return roles().contains(role) || roles().stream().anyMatch(EVERYBODY::contains);
    }

    /** Whether only services may call it. The gateway has no route for such an operation. */
    boolean isInternal() {
      return roles().equals(Set.of("service"));
    }

    List<JsonNode> parameters() {
      List<JsonNode> parameters = new ArrayList<>();
      document.path("paths").path(path).path("parameters").forEach(parameters::add);
      node.path("parameters").forEach(parameters::add);
      return parameters.stream().map(this::resolved).toList();
    }

    /** The content type of the request body, or null without a body. */
    String contentType() {
      JsonNode content = node.path("requestBody").path("content");
      return content.isEmpty() ? null : content.fieldNames().next();
    }

    JsonNode body() {
      return contentType() == null
          ? Json.mapper().missingNode()
          : node.path("requestBody").path("content").path(contentType());
    }

    /** The example of the request body, with the ids in it replaced by those of {@code known}. */
    JsonNode example(Map<String, String> known) {
      JsonNode example = body().path("example").deepCopy();
      known.forEach(
          (name, id) ->
              example.findParents(name).forEach(owner -> ((ObjectNode) owner).put(name, id)));
      return example;
    }

    JsonNode resolved(JsonNode found) {
      JsonNode node = found;
      while (node.has("$ref")) {
        node = document.at(node.path("$ref").asText().substring(1));
      }
      return node;
    }

    @Override
    public String toString() {
      return service + ": " + method + " " + path;
    }
  }

  /**
   * The operations of all documents, each once for every service that serves it.
   *
   * @throws IllegalStateException if there are none: tests of all operations would test nothing
   */
  static List<Operation> all() {
    List<Operation> all = new ArrayList<>();
    try (Stream<Path> modules = Files.list(Readme.TOP)) {
      for (Path module : modules.sorted().toList()) {
        for (Path file : resources(module)) {
          JsonNode document = new YAMLMapper().readTree(file.toFile());
          if (document.has("openapi")) {
            all.addAll(operations(module.getFileName().toString(), document));
          }
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException("cannot read the OpenAPI documents", e);
    }
    if (all.isEmpty()) {
      throw new IllegalStateException("no OpenAPI document under " + Readme.TOP);
    }
    return all;
  }

  private static List<Path> resources(Path module) throws IOException {
    Path resources = module.resolve("src/main/resources/baedal");
    if (!Files.isDirectory(resources)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(resources)) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  private static List<Operation> operations(String module, JsonNode document) {
    List<Operation> operations = new ArrayList<>();
    for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
      for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
        if (METHODS.contains(method.getKey())) {
          Operation operation =
              new Operation(
                  module,
                  method.getKey().toUpperCase(Locale.ROOT),
                  path.getKey(),
                  method.getValue(),
                  document);
          operations.addAll(
              path.getKey().contains(SERVICE) ? ofEach(operation) : List.of(operation));
        }
      }
    }
    return operations;
  }

  /**
   * Returns one operation for each service that serves {@code shared}; its path contains the name
   * of the service.
   */
  private static List<Operation> ofEach(Operation shared) {
    JsonNode service =
        shared.parameters().stream()
            .filter(parameter -> parameter.path("name").asText().equals("service"))
            .findFirst()
            .orElseThrow();
    List<Operation> operations = new ArrayList<>();
    service
        .path("schema")
        .path("enum")
        .forEach(
            name ->
                operations.add(
                    new Operation(
                        name.asText(),
                        shared.method(),
                        shared.path(),
                        shared.node(),
                        shared.document())));
    return operations;
  }
}
