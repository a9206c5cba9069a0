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

  private final ObjectNode operation;
  private final List<String> roles;
  private final String foreign;

  private OperationDefaults(ObjectNode operation) {
    this.operation = operation;
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
  static void addTo(ObjectNode operation, String problem) {
    OperationDefaults defaults = new OperationDefaults(operation);
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
            ? "No token is needed."
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
    if (other != null) {
      sorted.set(DEFAULT, other);
    }
  }

  private Map<String, String> refusals() {
    Map<String, String> refusals = new TreeMap<>();
    refusals.put("400", "The request does not fit this contract: invalid, bad-request");
    refusals.put("429", "The client sent too many requests, see Retry-After: too-many-requests");
    if (!roles.contains(ANYONE)) {
      refusals.put("401", "The token is missing or not valid: unauthenticated, invalid-token");
      if (foreign.equals("403")) {
        refusals.put(
            "403", "The role is missing, or the data belongs to another person: forbidden");
      } else if (!roles.contains(ANY)) {
        refusals.put("403", "The role is missing: forbidden");
      }
    }
    if (foreign.equals("404")) {
      refusals.put("404", "The data does not exist, or it belongs to another person: not-found");
    }
    return refusals;
  }
}
