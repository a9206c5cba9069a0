package baedal.journey;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Checks the request schemas in all OpenAPI documents: every value has a type and a maximum size.
 * So a client cannot send an object, for example an operator of MongoDB, in place of a text.
 */
class InjectionTest {

  private static final Set<String> SCALARS = Set.of("string", "integer", "number", "boolean");
  private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "baedal/order/openapi.yaml",
        "baedal/payment/openapi.yaml",
        "baedal/store/openapi.yaml",
        "baedal/rider/openapi.yaml",
        "baedal/coupon/openapi.yaml",
        "baedal/mypage/openapi.yaml",
        "baedal/payment/dev.yaml",
        "baedal/rabbitmq/dead-letters.yaml"
      })
  void every_request_value_has_a_type_and_a_maximum_size(String contract) throws IOException {
    try (InputStream in = getClass().getClassLoader().getResourceAsStream(contract)) {
      assertThat(faults(new YAMLMapper().readTree(in))).isEmpty();
    }
  }

  @Test
  void a_request_value_without_a_type_or_a_maximum_size_is_found() throws IOException {
    JsonNode culprit =
        new YAMLMapper()
            .readTree(
                """
                paths:
                  /x/{id}:
                    parameters: [{name: id, in: path, schema: {type: string}}]
                    post:
                      requestBody:
                        content:
                          application/json:
                            schema:
                              type: object
                              properties:
                                any: {}
                                free: {type: object}
                                map: {type: object, additionalProperties: {type: string}}
                                long: {type: array, items: {type: [string, "null"], maxLength: 9}}
                                fine: {type: string, pattern: "^[a-z]{1,9}$", x-message: "must be letters"}
                                unexplained: {type: string, pattern: "^[a-z]{1,9}$"}
                """);
    assertThat(faults(culprit))
        .containsExactlyInAnyOrder(
            "/x/{id} id: no maximum length",
            "/x/{id} post: unknown fields are allowed",
            "/x/{id} post/unexplained: a pattern without x-message",
            "/x/{id} post/free: unknown fields are allowed",
            "/x/{id} post/any: no type",
            "/x/{id} post/free: an object without properties",
            "/x/{id} post/map: no maximum number of fields",
            "/x/{id} post/map/*: no maximum length",
            "/x/{id} post/long: no maximum number of items");
  }

  private static List<String> faults(JsonNode contract) {
    List<String> faults = new ArrayList<>();
    contract
        .path("paths")
        .properties()
        .forEach(
            path -> {
              parameters(contract, path.getKey(), path.getValue(), faults);
              path.getValue()
                  .properties()
                  .forEach(
                      operation -> {
                        if (METHODS.contains(operation.getKey())) {
                          String where = path.getKey() + " " + operation.getKey();
                          parameters(contract, where, operation.getValue(), faults);
                          body(contract, where, operation.getValue(), faults);
                        }
                      });
            });
    return faults;
  }

  private static void parameters(
      JsonNode contract, String where, JsonNode holder, List<String> faults) {
    for (JsonNode named : holder.path("parameters")) {
      JsonNode parameter = resolved(contract, named);
      check(
          contract,
          where + " " + parameter.path("name").asText(),
          parameter.path("schema"),
          faults);
    }
  }

  private static void body(
      JsonNode contract, String where, JsonNode operation, List<String> faults) {
    JsonNode body = resolved(contract, operation.path("requestBody"));
    for (JsonNode content : body.path("content")) {
      check(contract, where, content.path("schema"), faults);
    }
  }

  private static void check(JsonNode contract, String where, JsonNode named, List<String> faults) {
    JsonNode schema = resolved(contract, named);
    Set<String> types = types(schema);
    if (schema.has("enum") || schema.has("const")) {
      return;
    }
    for (String keyword : List.of("oneOf", "anyOf", "allOf")) {
      for (JsonNode variant : schema.path(keyword)) {
        if (!variant.has("if")) {
          check(contract, where, variant, faults);
        }
      }
    }
    if (schema.has("pattern") && !schema.has("x-message")) {
      faults.add(where + ": a pattern without x-message");
    }
    JsonNode mapped = schema.path("additionalProperties");
    if (types.contains("object") && mapped.isObject()) {
      if (!schema.has("maxProperties")) {
        faults.add(where + ": no maximum number of fields");
      }
      check(contract, where + "/*", mapped, faults);
    } else if (types.contains("object")) {
      if (!schema.path("additionalProperties").asText().equals("false")) {
        faults.add(where + ": unknown fields are allowed");
      }
      if (!schema.has("properties")) {
        faults.add(where + ": an object without properties");
      }
      schema
          .path("properties")
          .properties()
          .forEach(
              field -> check(contract, where + "/" + field.getKey(), field.getValue(), faults));
    } else if (types.contains("array")) {
      if (!schema.has("maxItems")) {
        faults.add(where + ": no maximum number of items");
      }
      check(contract, where, schema.path("items"), faults);
    } else if (types.contains("string")) {
      if (!schema.has("maxLength") && !schema.has("pattern") && !schema.has("format")) {
        faults.add(where + ": no maximum length");
      }
    } else if (types.stream().noneMatch(SCALARS::contains)
        && !schema.has("oneOf")
        && !schema.has("anyOf")) {
      faults.add(where + ": no type");
    }
  }

  private static Set<String> types(JsonNode schema) {
    JsonNode type = schema.path("type");
    List<String> types = new ArrayList<>();
    if (type.isArray()) {
      type.forEach(one -> types.add(one.asText()));
    } else {
      types.add(type.asText());
    }
    return Set.copyOf(types);
  }

  private static JsonNode resolved(JsonNode contract, JsonNode node) {
    return node.has("$ref") ? contract.at(node.get("$ref").asText().substring(1)) : node;
  }
}
