package baedal.journey;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.journey.Contracts.Operation;
import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The documents that the gateway serves say what there is, and hang together. */
class ContractTest {

  private static Town town;
  private static JsonNode document;

  @BeforeAll
  static void start() throws IOException {
    town = new Town();
    document = town.promises.document();
  }

  @AfterAll
  static void stop() {
    town.close();
  }

  @Test
  void the_document_holds_what_services_serve_to_the_outside_and_nothing_else() {
    TreeSet<String> promised = new TreeSet<>();
    for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
      path.getValue()
          .fieldNames()
          .forEachRemaining(
              part -> {
                if (!part.equals("parameters")) {
                  promised.add(part.toUpperCase(Locale.ROOT) + " " + path.getKey());
                }
              });
    }
    TreeSet<String> served = new TreeSet<>();
    for (Operation operation : Contracts.all()) {
      if (!operation.isInternal()) {
        served.add(operation.method() + " " + operation.path());
      }
    }
    assertThat(promised).isEqualTo(served);
  }

  @Test
  void every_reference_leads_somewhere_and_every_operation_has_a_name_of_its_own() {
    List<JsonNode> references = document.findValues("$ref");
    assertThat(references).hasSizeGreaterThan(100);
    for (JsonNode reference : references) {
      assertThat(reference.asText()).startsWith("#/");
      assertThat(document.at(reference.asText().substring(1)).isMissingNode())
          .as(reference.asText())
          .isFalse();
    }
    List<String> names = document.findValuesAsText("operationId");
    assertThat(names).doesNotHaveDuplicates();
    assertThat(names).hasSize(document.findValues("x-roles").size());
  }

  @TestFactory
  Stream<DynamicTest> an_example_fits_its_schema() {
    return Contracts.all().stream()
        .filter(operation -> operation.contentType() != null)
        .map(
            operation ->
                DynamicTest.dynamicTest(
                    operation.toString(), () -> assertThat(faults(operation)).isEmpty()));
  }

  private static List<?> faults(Operation operation) {
    String at = "https://baedal.invalid/openapi.json";
    String text = operation.document().toString();
    String pointer =
        "/paths/%s/%s/requestBody/content/%s/schema"
            .formatted(
                operation.path().replace("/", "~1"),
                operation.method().toLowerCase(Locale.ROOT),
                operation.contentType().replace("/", "~1"));
    return SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            builder -> builder.schemas(iri -> iri.equals(at) ? text : null))
        .getSchema(SchemaLocation.of(at + "#" + pointer))
        .validate(operation.body().path("example"));
  }
}
