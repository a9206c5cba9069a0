package baedal.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.runtime.Json;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The documents of the API and the events, and the page that shows them. */
class DocumentsTest {

  private final TestGateway gateway = new TestGateway(Map.of());

  @AfterEach
  void stop() {
    gateway.close();
  }

  @Test
  void the_openapi_document_has_the_dev_routes_only_with_dev_doors() {
    JsonObject open = gateway.callAnonymously(HttpMethod.GET, "/openapi.json").bodyAsJsonObject();
    assertThat(open.getJsonObject("paths").fieldNames())
        .contains("/orders/{orderId}", "/deadLetters/{service}", "/checkouts", "/dev/tokens")
        .noneMatch(path -> path.startsWith("/internal"));
    assertThat(open.getJsonObject("components").getJsonObject("schemas").fieldNames())
        .contains("order.Order", "runtime.Problem");
    gateway.deploy(Map.of("DEV_DOORS", "false"));
    JsonObject closed = gateway.callAnonymously(HttpMethod.GET, "/openapi.json").bodyAsJsonObject();
    assertThat(closed.getJsonObject("paths").fieldNames())
        .contains("/orders")
        .noneMatch(path -> path.startsWith("/dev"));
  }

  @Test
  void an_operation_of_the_openapi_document_names_its_callers_and_refusals() {
    JsonNode document = openApi();
    assertThat(document.at("/servers/0/url").asText()).isEqualTo("/");
    assertThat(document.at("/info/license/identifier").asText()).isEqualTo("Apache-2.0");
    JsonNode cancel = document.path("paths").path("/orders/{orderId}/cancel").path("post");
    assertThat(cancel.path("description").asText()).startsWith("Roles: customer.");
    assertThat(cancel.path("responses").fieldNames())
        .toIterable()
        .containsExactly("200", "202", "400", "401", "403", "404", "429", "default");
    JsonNode health = document.path("paths").path("/health").path("get");
    assertThat(health.path("description").asText()).startsWith("No token is needed");
    assertThat(health.path("responses").fieldNames())
        .toIterable()
        .containsExactly("200", "400", "401", "429", "503", "default");
  }

  @Test
  void the_openapi_document_describes_the_payment_route_of_the_gateway() {
    JsonNode pay = openApi().path("paths").path("/payments").path("post");
    assertThat(pay.path("summary").asText()).contains("circuit breaker");
    assertThat(pay.toString()).doesNotContain("Request-Timeout");
  }

  @Test
  void a_required_property_is_described_in_the_schema_that_requires_it() {
    List<String> undescribed = new ArrayList<>();
    for (JsonNode schema : openApi().findParents("required")) {
      for (JsonNode name : schema.path("required")) {
        if (!schema.path("properties").has(name.asText())) {
          undescribed.add(name.asText() + " in " + schema);
        }
      }
    }
    assertThat(undescribed).isEmpty();
  }

  @Test
  void a_description_with_a_comma_is_quoted_in_the_contract() {
    List<String> unquoted = new ArrayList<>();
    for (JsonNode described : openApi().findParents("description")) {
      for (Map.Entry<String, JsonNode> field : described.properties()) {
        if (field.getValue().isNull()) {
          unquoted.add(field.getKey() + " in " + described);
        }
      }
    }
    assertThat(unquoted).isEmpty();
  }

  private JsonNode openApi() {
    try {
      return Json.mapper()
          .readTree(gateway.callAnonymously(HttpMethod.GET, "/openapi.json").bodyAsString());
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void the_asyncapi_document_contains_the_schema_of_each_event() {
    HttpResponse<Buffer> yaml = gateway.callAnonymously(HttpMethod.GET, "/asyncapi.yaml");
    assertThat(yaml.getHeader("Content-Type")).isEqualTo("application/yaml");
    assertThat(yaml.bodyAsString()).contains("order.paid:").doesNotContain("./schemas/");
    JsonObject paid =
        gateway
            .callAnonymously(HttpMethod.GET, "/asyncapi.json")
            .bodyAsJsonObject()
            .getJsonObject("components")
            .getJsonObject("messages")
            .getJsonObject("order.paid");
    assertThat(paid.getJsonObject("payload").getString("title")).isEqualTo("order.paid");
  }

  @Test
  void the_docs_page_loads_only_files_of_the_gateway() {
    HttpResponse<Buffer> page = gateway.callAnonymously(HttpMethod.GET, "/docs");
    assertThat(page.getHeader("Content-Security-Policy"))
        .contains("default-src 'none'", "script-src 'self'")
        .doesNotContain("unsafe");
    List<String> loaded =
        Pattern.compile("(?:src|href)=\"([^\"]+)\"")
            .matcher(page.bodyAsString())
            .results()
            .map(found -> found.group(1))
            .toList();
    assertThat(loaded).contains("/docs.js", "/docs.css");
    for (String path : loaded) {
      assertThat(gateway.callAnonymously(HttpMethod.GET, path).statusCode())
          .as(path)
          .isEqualTo(200);
    }
    assertThat(page.bodyAsString()).doesNotContainPattern("<script>|style=|onclick=");
  }
}
