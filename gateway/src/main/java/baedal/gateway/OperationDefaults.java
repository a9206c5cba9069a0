package baedal.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.StreamSupport;

/**
 * Completes an operation of the merged document with what follows from its {@code x-roles} and
 * {@code x-foreign}: its security, its description and its refusals. The contracts of the services
 * name only what is special to an operation. {@link ApiDocument} uses it.
 */
final class OperationDefaults {

  private static final String ANYONE = "anyone";
  private static final String ANY = "any";
  private static final String DEFAULT = "default";

  private final String path;
  private final ObjectNode operation;
  private final boolean takesIdempotencyKey;
  private final List<String> roles;
  private final String foreign;

  private OperationDefaults(String path, ObjectNode operation) {
    this.path = path;
    this.operation = operation;
    takesIdempotencyKey =
        operation.path("parameters").findValuesAsText("$ref").stream()
            .anyMatch(parameter -> parameter.endsWith("IdempotencyKey"));
    roles =
        StreamSupport.stream(operation.path("x-roles").spliterator(), false)
            .map(JsonNode::asText)
            .toList();
    foreign = operation.path("x-foreign").asText();
  }

  /**
   * Adds security, description and refusals to {@code operation}.
   *
   * @param problem the reference to the response that describes a problem document
   */
  static void addTo(String path, ObjectNode operation, String problem) {
    OperationDefaults defaults = new OperationDefaults(path, operation);
    defaults.addSecurity();
    defaults.addDescription();
    defaults.addResponses(problem);
  }

  private void addSecurity() {
    ArrayNode security = operation.putArray("security");
    if (roles.contains(ANYONE)) {
      security.addObject();
    }
    security.addObject().putArray("token");
  }

  /** The first paragraph says who may call; the contract's own description follows. */
  private void addDescription() {
    String callers =
        roles.contains(ANYONE)
            ? "No token is needed; a request with an invalid token is refused."
            : roles.contains(ANY) ? "Any valid token." : "Roles: " + String.join(", ", roles) + ".";
    String own = operation.path("description").asText();
    operation.put("description", own.isEmpty() ? callers : callers + "\n\n" + own);
  }

  /** Adds the missing responses; the statuses are in ascending order, {@code default} is last. */
  private void addResponses(String problem) {
    Map<String, JsonNode> responses = new TreeMap<>();
    operation.path("responses").properties().forEach(r -> responses.put(r.getKey(), r.getValue()));
    refusals()
        .forEach(
            (status, description) ->
                responses.putIfAbsent(
                    status,
                    operation.objectNode().put("description", description).put("$ref", problem)));
    ObjectNode sorted = operation.putObject("responses");
    JsonNode other = responses.remove(DEFAULT);
    responses.forEach(sorted::set);
    sorted.set(DEFAULT, other == null ? operation.objectNode().put("$ref", problem) : other);
  }

  private Map<String, String> refusals() {
    Map<String, String> refusals = new TreeMap<>();
    refusals.put("400", "The request does not fit this contract: invalid, bad-request");
    refusals.put(
        "401",
        roles.contains(ANYONE)
            ? "The token is not valid: invalid-token"
            : "The token is missing or not valid: unauthenticated, invalid-token");
    if (foreign.equals("403")) {
      refusals.put("403", "The role is missing, or the data belongs to another person: forbidden");
    } else if (!roles.contains(ANYONE) && !roles.contains(ANY)) {
      refusals.put("403", "The role is missing: forbidden");
    }
    if (foreign.equals("404")) {
      refusals.put("404", "The data does not exist, or it belongs to another person: not-found");
    } else if (path.contains("{")) {
      refusals.put("404", "The data does not exist: not-found");
    }
    if (takesIdempotencyKey) {
      refusals.put("422", "The key was used with another body: idempotency-key-reused");
    }
    refusals.put("429", "The client sent too many requests, see Retry-After: too-many-requests");
    return refusals;
  }
}
