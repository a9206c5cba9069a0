package baedal.journey;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.dev.Client;
import baedal.journey.Contracts.Operation;
import baedal.journey.TestSystem.Shop;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The OpenAPI document that the gateway serves is complete and consistent. */
class ContractTest {

  private static TestSystem system;
  private static JsonNode document;

  @BeforeAll
  static void start() throws IOException {
    system = TestSystem.shared();
    document = system.contract.document();
  }

  @Test
  void the_document_has_exactly_the_public_operations_of_all_services() {
    TreeSet<String> documented = new TreeSet<>();
    for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
      path.getValue()
          .fieldNames()
          .forEachRemaining(
              part -> {
                if (!part.equals("parameters")) {
                  documented.add(part.toUpperCase(Locale.ROOT) + " " + path.getKey());
                }
              });
    }
    TreeSet<String> served = new TreeSet<>();
    for (Operation operation : Contracts.all()) {
      if (!operation.isInternal()) {
        served.add(operation.method() + " " + operation.path());
      }
    }
    assertThat(documented).isEqualTo(served);
  }

  @Test
  void every_reference_has_a_target_and_every_operation_a_unique_id() {
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

  @ParameterizedTest
  @ValueSource(strings = {"m 1", "후라이드", "a?b=c#d", "100%", "a+b", "a\r\nX-Injected: yes"})
  void a_created_menu_can_be_read_at_its_location(String menuId) throws IOException {
    Shop shop = system.openShop("FOOD", 1_000, 1);
    Operation put =
        Contracts.all().stream()
            .filter(o -> o.method().equals("PUT") && o.path().endsWith("/menus/{menuId}"))
            .findFirst()
            .orElseThrow();
    Map<String, String> ids = Map.of("storeId", shop.storeId(), "menuId", menuId);
    HttpResponse<String> made =
        RawRequest.of(
                put,
                shop.owner().token(),
                parameter -> ids.get(parameter.path("name").asText()),
                put.contentType(),
                Buffer.buffer(put.example(ids).toString()))
            .sendTo(system.settings.url("gateway"));
    assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
    Client.Answer found = system.anyone.get(made.headers().firstValue("Location").orElseThrow());
    assertThat(found.status()).isEqualTo(200);
    assertThat(found.text("menuId")).isEqualTo(menuId);
  }

  @TestFactory
  Stream<DynamicTest> an_example_conforms_to_its_schema() {
    return Contracts.all().stream()
        .filter(operation -> operation.contentType() != null)
        .map(
            operation ->
                DynamicTest.dynamicTest(
                    operation.toString(), () -> assertThat(faults(operation)).isEmpty()));
  }

  private static List<?> faults(Operation operation) {
    String folders = "https://baedal.invalid/";
    String at = folders + "service/openapi.yaml";
    String text = operation.document().toString();
    String pointer =
        "/paths/%s/%s/requestBody/content/%s/schema"
            .formatted(
                operation.path().replace("/", "~1"),
                operation.method().toLowerCase(Locale.ROOT),
                operation.contentType().replace("/", "~1"));
    return SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            builder ->
                builder.schemas(
                    iri -> iri.equals(at) ? text : referenced(iri.substring(folders.length()))))
        .getSchema(SchemaLocation.of(at + "#" + pointer))
        .validate(operation.body().path("example"));
  }

  /** Reads a document to which another document refers by its path. */
  private static String referenced(String path) {
    try (InputStream in = ContractTest.class.getResourceAsStream("/baedal/" + path)) {
      return new YAMLMapper().readTree(in).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
