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
 * What a service takes from outside has a form before it is a value: where a text is asked for, no
 * object can be, and so no operator of a database; and nothing is as long as one likes.
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
  void every_value_a_service_takes_has_a_form(String contract) throws IOException {
    try (InputStream in = getClass().getClassLoader().getResourceAsStream(contract)) {
      assertThat(formless(new YAMLMapper().readTree(in))).isEmpty();
    }
  }

  @Test
  void a_value_without_a_form_is_found() throws IOException {
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
                                long: {type: array, items: {type: [string, "null"], maxLength: 9}}
                                fine: {type: string, pattern: "^[a-z]{1,9}$", x-message: "must be letters"}
                                dumb: {type: string, pattern: "^[a-z]{1,9}$"}
                """);
    assertThat(formless(culprit))
        .containsExactlyInAnyOrder(
            "/x/{id} id: as long as one likes",
            "/x/{id} post: an object with unknown fields",
            "/x/{id} post/dumb: a pattern without a message",
            "/x/{id} post/free: an object with unknown fields",
            "/x/{id} post/any: of any type",
            "/x/{id} post/free: an object with any fields",
            "/x/{id} post/long: as many as one likes");
  }

  private static List<String> formless(JsonNode contract) {
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
    for (String way : List.of("oneOf", "anyOf", "allOf")) {
      for (JsonNode one : schema.path(way)) {
        if (!one.has("if")) {
          check(contract, where, one, faults);
        }
      }
    }
    if (schema.has("pattern") && !schema.has("x-message")) {
      faults.add(where + ": a pattern without a message");
    }
    if (types.contains("object")) {
      if (!schema.path("additionalProperties").asText().equals("false")) {
        faults.add(where + ": an object with unknown fields");
      }
      if (!schema.has("properties")) {
        faults.add(where + ": an object with any fields");
      }
      schema
          .path("properties")
          .properties()
          .forEach(
              field -> check(contract, where + "/" + field.getKey(), field.getValue(), faults));
    } else if (types.contains("array")) {
      if (!schema.has("maxItems")) {
        faults.add(where + ": as many as one likes");
      }
      check(contract, where, schema.path("items"), faults);
    } else if (types.contains("string")) {
      if (!schema.has("maxLength") && !schema.has("pattern") && !schema.has("format")) {
        faults.add(where + ": as long as one likes");
      }
    } else if (types.stream().noneMatch(SCALARS::contains)
        && !schema.has("oneOf")
        && !schema.has("anyOf")) {
      faults.add(where + ": of any type");
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
