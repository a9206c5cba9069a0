package baedal.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.Error;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Reads a service's OpenAPI 3.1 document: its operations, who may call them, and the rules for
 * their requests.
 */
final class Contract {

  private static final Set<String> METHODS =
      Set.of("get", "put", "post", "delete", "patch", "head", "options");

  /**
   * The IRI of every document begins with this text, so documents can refer to each other by
   * relative paths.
   */
  private static final String FOLDERS = "https://baedal.invalid/";

  private static final String DOCUMENT = FOLDERS + "service/openapi.yaml";

  private static final Set<String> WITH_BODY = Set.of("post", "put", "patch");

  private final URL yaml;

  /**
   * The documents that were read, by IRI. A document is read when another document first refers to
   * it.
   */
  private final Map<String, JsonNode> documents = new ConcurrentHashMap<>();

  private final SchemaRegistry schemas;

  private Contract(URL yaml) throws IOException {
    this.yaml = yaml;
    documents.put(DOCUMENT, tree(yaml));
    schemas =
        SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            builder ->
                builder
                    .schemas(iri -> iri.startsWith(FOLDERS) ? document(iri).toString() : null)
                    .schemaRegistryConfig(
                        SchemaRegistryConfig.builder()
                            .formatAssertionsEnabled(true)
                            .locale(Locale.ENGLISH)
                            .build()));
  }

  static Contract read(URL yaml) {
    try {
      return new Contract(yaml);
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot read the contract " + yaml, e);
    }
  }

  private JsonNode document(String iri) {
    return documents.computeIfAbsent(
        iri,
        other -> {
          try {
            return tree(new URL(yaml, "../" + other.substring(FOLDERS.length())));
          } catch (IOException e) {
            throw new IllegalArgumentException(
                "cannot read " + other + ", to which the contract " + yaml + " refers", e);
          }
        });
  }

  private static JsonNode tree(URL yaml) throws IOException {
    return new YAMLMapper().readTree(yaml);
  }

  List<Operation> operations() {
    List<Operation> operations = new ArrayList<>();
    for (Map.Entry<String, JsonNode> path : document(DOCUMENT).path("paths").properties()) {
      for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
        if (METHODS.contains(method.getKey())) {
          operations.add(operation(path.getKey(), method.getKey(), method.getValue()));
        }
      }
    }
    return operations;
  }

  private Operation operation(String path, String method, JsonNode operation) {
    String pointer = "/paths/" + escape(path) + "/" + method;
    List<String> roles = new ArrayList<>();
    operation.path("x-roles").forEach(role -> roles.add(role.asText()));
    if (roles.isEmpty()) {
      throw new IllegalArgumentException(
          "the contract does not say who may call " + method + " " + path + ": add x-roles");
    }
    List<ParameterRule> parameters = new ArrayList<>();
    addParameters(parameters, at("/paths/" + escape(path) + "/parameters"));
    addParameters(parameters, at(pointer + "/parameters"));
    return new Operation(
        method.toUpperCase(Locale.ROOT),
        path,
        new Authorization(Set.copyOf(roles)),
        new RequestValidation(List.copyOf(parameters), body(method, at(pointer))));
  }

  private void addParameters(List<ParameterRule> parameters, Located nodes) {
    for (int i = 0; i < nodes.node().size(); i++) {
      Located parameter = at(nodes.pointer() + "/" + i).resolved();
      Located schema = parameter.child("schema").resolved();
      parameters.add(
          new ParameterRule(
              parameter.node().path("name").asText(),
              parameter.node().path("in").asText(),
              parameter.node().path("required").asBoolean(),
              schema.node().path("type").asText("string"),
              rule(schema)));
    }
  }

  /** Null for an operation of GET, HEAD, DELETE or OPTIONS that declares no body. */
  private BodyRule body(String method, Located operation) {
    if (!operation.node().has("requestBody")) {
      return WITH_BODY.contains(method) ? BodyRule.NO_BODY : null;
    }
    Located body = operation.child("requestBody").resolved();
    Located content = body.child("content");
    List<String> types = new ArrayList<>();
    content.node().fieldNames().forEachRemaining(types::add);
    Located first = content.child(types.get(0));
    return new BodyRule(
        body.node().path("required").asBoolean(),
        List.copyOf(types),
        rule(first.child("schema")),
        first.node().path("example"));
  }

  private Rule rule(Located schema) {
    return new Rule(
        schemas.getSchema(SchemaLocation.of(schema.iri() + "#" + schema.pointer())), this::holder);
  }

  /** The schema whose keyword caused the error. */
  private Located holder(Error error) {
    String keyword = error.getSchemaLocation().getFragment().toString();
    String pointer = keyword.substring(0, Math.max(0, keyword.lastIndexOf('/')));
    return new Located(error.getSchemaLocation().getAbsoluteIri().toString(), pointer);
  }

  private Located at(String pointer) {
    return new Located(DOCUMENT, pointer);
  }

  /** Escapes one part of a JSON pointer, such as the name of a field (RFC 6901, 3). */
  static String escape(String token) {
    return token.replace("~", "~0").replace("/", "~1");
  }

  /** A place in one of the contract's documents. The document may have no node at this place. */
  final class Located {

    private final String iri;
    private final String pointer;

    private Located(String iri, String pointer) {
      this.iri = iri;
      this.pointer = pointer;
    }

    String iri() {
      return iri;
    }

    String pointer() {
      return pointer;
    }

    JsonNode node() {
      return document(iri).at(pointer);
    }

    Located child(String name) {
      return at(pointer + "/" + escape(name));
    }

    /** The place with this pointer in the same document. */
    Located at(String other) {
      return new Located(iri, other);
    }

    /** The place to which {@code $ref} leads, or this place if it has no {@code $ref}. */
    Located resolved() {
      Located found = this;
      while (found.node().has("$ref")) {
        String target = URI.create(found.iri).resolve(found.node().get("$ref").asText()).toString();
        int fragment = target.indexOf('#');
        found = new Located(target.substring(0, fragment), target.substring(fragment + 1));
      }
      return found;
    }
  }
}
