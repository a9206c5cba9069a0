package baedal.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Checks values against a schema of a contract. The faults say what the client must change, and
 * never contain a regular expression. A schema with a pattern or format has an {@code x-message},
 * which becomes the detail of the fault.
 */
final class Rule {

  private static final String MESSAGE = "x-message";

  /**
   * The pointer of a schema part under {@code then} or {@code else}. Group 1 is the pointer of the
   * schema that also holds the {@code if}.
   */
  private static final Pattern BRANCH = Pattern.compile("(.*)/(then|else)(?=/|$)");

  private final Schema schema;
  private final Function<Error, Contract.Located> schemaOf;

  /** {@code schemaOf} returns the schema whose keyword caused an error. */
  Rule(Schema schema, Function<Error, Contract.Located> schemaOf) {
    this.schema = schema;
    this.schemaOf = schemaOf;
  }

  /** Returns at most {@code limit} faults of a value. Each pointer begins with {@code prefix}. */
  List<Refusal.Fault> faults(String prefix, JsonNode value, int limit) {
    List<Error> errors = schema.validate(value);
    if (errors.isEmpty()) {
      return List.of();
    }
    return errors.stream()
        .limit(limit)
        .flatMap(error -> faults(prefix + error.getInstanceLocation(), error))
        .distinct()
        .toList();
  }

  private Stream<Refusal.Fault> faults(String pointer, Error error) {
    Contract.Located holder = schemaOf.apply(error);
    return switch (error.getKeyword()) {
      case "required" -> missing(pointer, error, holder).stream();
      case "additionalProperties" ->
          Stream.of(
              new Refusal.Fault(
                  pointer + "/" + Contract.escape(error.getProperty()),
                  "is not a field of this request" + known(holder.node())));
      case "false" -> Stream.of(new Refusal.Fault(pointer, "is not allowed" + condition(holder)));
      case "pattern", "format" ->
          Stream.of(
              new Refusal.Fault(
                  pointer, holder.node().path(MESSAGE).asText("does not have the required form")));
      default -> Stream.of(new Refusal.Fault(pointer, error.getMessage()));
    };
  }

  /**
   * Returns a fault for the missing field. If the field is an object, also returns a fault for each
   * field that the object must have.
   */
  private static List<Refusal.Fault> missing(String pointer, Error error, Contract.Located holder) {
    List<Refusal.Fault> faults = new ArrayList<>();
    String field = pointer + "/" + Contract.escape(error.getProperty());
    faults.add(new Refusal.Fault(field, "is required" + condition(holder)));
    holder
        .child("properties")
        .child(error.getProperty())
        .resolved()
        .node()
        .path("required")
        .forEach(
            inner ->
                faults.add(
                    new Refusal.Fault(
                        field + "/" + Contract.escape(inner.asText()), "is required")));
    return faults;
  }

  private static String known(JsonNode schema) {
    List<String> names = new ArrayList<>();
    schema.path("properties").fieldNames().forEachRemaining(names::add);
    return names.isEmpty() ? "" : "; known fields are " + String.join(", ", names);
  }

  /**
   * The condition under which this part of the schema applies, such as {@code " when kind is BIG"},
   * or empty.
   */
  private static String condition(Contract.Located part) {
    Matcher branch = BRANCH.matcher(part.pointer());
    if (!branch.lookingAt()) {
      return "";
    }
    JsonNode properties = part.at(branch.group(1) + "/if").node().path("properties");
    for (Map.Entry<String, JsonNode> field : properties.properties()) {
      if (field.getValue().has("const")) {
        return (branch.group(2).equals("then") ? " when " : " unless ")
            + field.getKey()
            + " is "
            + field.getValue().path("const").asText();
      }
    }
    return "";
  }
}
