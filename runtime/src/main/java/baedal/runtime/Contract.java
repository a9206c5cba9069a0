package baedal.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.net.URL;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A service's OpenAPI 3.1 document, read as rules: which operations there are, for whom, and what
 * they take.
 */
final class Contract {

  private static final Set<String> METHODS =
      Set.of("get", "put", "post", "delete", "patch", "head", "options");

  /** Documents refer to each other by where they stand in their folders. */
  private static final String FOLDERS = "https://baedal.invalid/";

  private static final String DOCUMENT = FOLDERS + "here/openapi.yaml";

  private final JsonNode document;
  private final SchemaRegistry schemas;

  private Contract(URL yaml) throws IOException {
    document = tree(yaml);
    schemas =
        SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            builder ->
                builder
                    .schemas(iri -> iri.equals(DOCUMENT) ? document.toString() : beside(yaml, iri))
                    .schemaRegistryConfig(
                        SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build()));
  }

  static Contract read(URL yaml) {
    try {
      return new Contract(yaml);
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot read the contract " + yaml, e);
    }
  }

  /** Another document, as JSON; null for what is none. */
  private static String beside(URL yaml, String iri) {
    if (!iri.startsWith(FOLDERS)) {
      return null;
    }
    try {
      return tree(new URL(yaml, "../" + iri.substring(FOLDERS.length()))).toString();
    } catch (IOException e) {
      throw new IllegalArgumentException("the contract " + yaml + " refers to " + iri, e);
    }
  }

  private static JsonNode tree(URL yaml) throws IOException {
    return new YAMLMapper().readTree(yaml);
  }

  List<Operation> operations() {
    List<Operation> operations = new ArrayList<>();
    for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
      for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
        if (METHODS.contains(method.getKey())) {
          operations.add(
              operation(path.getKey(), method.getKey(), path.getValue(), method.getValue()));
        }
      }
    }
    return operations;
  }

  private Operation operation(String path, String method, JsonNode item, JsonNode operation) {
    String pointer = "/paths/" + escape(path) + "/" + method;
    List<String> roles = new ArrayList<>();
    operation.path("x-roles").forEach(role -> roles.add(role.asText()));
    if (roles.isEmpty()) {
      throw new IllegalArgumentException(
          "the contract says not who may call " + method + " " + path + ": add x-roles");
    }
    List<Operation.Parameter> parameters = new ArrayList<>();
    addParameters(parameters, "/paths/" + escape(path), item.path("parameters"));
    addParameters(parameters, pointer, operation.path("parameters"));
    return new Operation(
        method.toUpperCase(Locale.ROOT),
        path,
        Set.copyOf(roles),
        List.copyOf(parameters),
        body(pointer, operation));
  }

  private void addParameters(List<Operation.Parameter> parameters, String owner, JsonNode nodes) {
    for (int i = 0; i < nodes.size(); i++) {
      Located parameter = resolve(new Located(owner + "/parameters/" + i, nodes.get(i)));
      Located schema = resolve(parameter.child("schema"));
      parameters.add(
          new Operation.Parameter(
              parameter.node().path("name").asText(),
              parameter.node().path("in").asText(),
              parameter.node().path("required").asBoolean(),
              schema.node().path("type").asText("string"),
              this.schemas.getSchema(SchemaLocation.of(DOCUMENT + "#" + schema.pointer()))));
    }
  }

  private Operation.Body body(String pointer, JsonNode operation) {
    if (!operation.has("requestBody")) {
      return null;
    }
    Located body = resolve(new Located(pointer + "/requestBody", operation.get("requestBody")));
    Located content = body.child("content");
    Iterator<String> types = content.node().fieldNames();
    Located schema = content.child(types.next()).child("schema");
    return new Operation.Body(
        body.node().path("required").asBoolean(),
        this.schemas.getSchema(SchemaLocation.of(DOCUMENT + "#" + schema.pointer())));
  }

  private Located resolve(Located located) {
    Located found = located;
    while (found.node().has("$ref")) {
      String pointer = found.node().get("$ref").asText().substring(1);
      found = new Located(pointer, document.at(pointer));
    }
    return found;
  }

  /** A part of a JSON pointer (RFC 6901). */
  static String escape(String token) {
    return token.replace("~", "~0").replace("/", "~1");
  }

  private record Located(String pointer, JsonNode node) {
    Located child(String name) {
      return new Located(pointer + "/" + escape(name), node.path(name));
    }
  }
}
