package baedal.journey;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.runtime.Json;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Compares answers of the gateway with its OpenAPI document, for all tests with a {@link
 * TestSystem}. The document must describe the status, the content type and the body, and the body
 * must have no other field.
 */
final class ContractChecker {

  private static final String DOCUMENT = "https://baedal.invalid/openapi.json";
  private static final String PROBLEM = "application/problem+json";
  private static final Pattern PARAMETER = Pattern.compile("\\{[^}]+}");

  private final JsonNode document;
  private final SchemaRegistry schemas;
  private final List<String> paths = new ArrayList<>();

  private ContractChecker(JsonNode document) {
    this.document = document;
    document.path("paths").fieldNames().forEachRemaining(paths::add);
    paths.sort(Comparator.comparing(path -> PARAMETER.matcher(path).results().count()));
    String closed = closed(document.deepCopy()).toString();
    schemas =
        SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            builder ->
                builder
                    .schemas(iri -> iri.equals(DOCUMENT) ? closed : null)
                    .schemaRegistryConfig(
                        SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build()));
  }

  static ContractChecker of(String gateway) throws IOException {
    HttpResponse<String> answer =
        new RawRequest("GET", "/openapi.json", Map.of(), null, null).sendTo(gateway);
    return new ContractChecker(Json.mapper().readTree(answer.body()));
  }

  /** Changes the schemas so that they forbid fields that they do not describe. */
  private static JsonNode closed(JsonNode node) {
    if (node instanceof ObjectNode object
        && object.path("type").toString().contains("\"object\"")
        && !object.has("additionalProperties")) {
      object.put("additionalProperties", false);
    }
    node.forEach(ContractChecker::closed);
    return node;
  }

  JsonNode document() {
    return document;
  }

  /** Fails if the answer differs from the document. */
  void check(HttpResponse<String> answer) {
    String method = answer.request().method().toLowerCase(Locale.ROOT);
    String requestPath = answer.request().uri().getRawPath();
    String exchange =
        method + " " + requestPath + " → " + answer.statusCode() + " " + answer.body();
    checkRetryAfter(answer, exchange);
    String path = paths.stream().filter(p -> matches(p, requestPath)).findFirst().orElse(null);
    if (path == null || !document.path("paths").path(path).has(method)) {
      assertThat(answer.statusCode())
          .as("%s: an operation that the document does not have", exchange)
          .isIn(401, 404, 405);
      assertThat(type(answer)).as(exchange).isEqualTo(PROBLEM);
      return;
    }
    String responses =
        "/paths/" + path.replace("~", "~0").replace("/", "~1") + "/" + method + "/responses/";
    String status = Integer.toString(answer.statusCode());
    boolean described = !document.at(responses + status).isMissingNode();
    assertThat(described || answer.statusCode() >= 400)
        .as("%s: the document does not describe this status", exchange)
        .isTrue();
    checkBody(answer, exchange, resolved(responses + (described ? status : "default")));
  }

  /**
   * A 503 must say when to retry, except for {@code /health}, which answers no problem document.
   */
  private static void checkRetryAfter(HttpResponse<String> answer, String exchange) {
    if (answer.statusCode() == 503 && type(answer).equals(PROBLEM)) {
      assertThat(answer.headers().firstValue("Retry-After"))
          .as("%s: Retry-After", exchange)
          .hasValueSatisfying(seconds -> assertThat(seconds).matches("[1-9][0-9]*"));
    }
  }

  private void checkBody(HttpResponse<String> answer, String exchange, String response) {
    assertThat(document.at(response).isMissingNode())
        .as("%s: the document does not describe this status", exchange)
        .isFalse();
    JsonNode content = document.at(response).path("content");
    if (content.isEmpty()) {
      assertThat(answer.body()).as(exchange).isEmpty();
      return;
    }
    assertThat(content.has(type(answer)))
        .as("%s: the document does not describe the content type %s", exchange, type(answer))
        .isTrue();
    if (content.path(type(answer)).has("schema")) {
      String at = response + "/content/" + type(answer).replace("/", "~1") + "/schema";
      assertThat(schemas.getSchema(SchemaLocation.of(DOCUMENT + "#" + at)).validate(json(answer)))
          .as(exchange)
          .isEmpty();
    }
  }

  private static JsonNode json(HttpResponse<String> answer) {
    try {
      return Json.mapper().readTree(answer.body());
    } catch (IOException e) {
      throw new AssertionError("not JSON: " + answer.body(), e);
    }
  }

  private static boolean matches(String path, String requestPath) {
    return Pattern.compile(
            PARAMETER
                    .splitAsStream(path)
                    .map(Pattern::quote)
                    .reduce((a, b) -> a + "[^/]+" + b)
                    .get()
                + (path.endsWith("}") ? "[^/]+" : ""))
        .matcher(requestPath)
        .matches();
  }

  private String resolved(String pointer) {
    String found = pointer;
    while (document.at(found).has("$ref")) {
      found = document.at(found).path("$ref").asText().substring(1);
    }
    return found;
  }

  private static String type(HttpResponse<String> answer) {
    return answer.headers().firstValue("Content-Type").orElse("").split(";", 2)[0];
  }
}
