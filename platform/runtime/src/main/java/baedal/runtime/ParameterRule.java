package baedal.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.vertx.ext.web.RoutingContext;
import java.math.BigDecimal;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The rule for one parameter of an operation. {@link RequestValidation} applies it.
 *
 * @param in {@code path}, {@code query} or {@code header}
 * @param type the JSON type in the parameter's schema
 */
record ParameterRule(String name, String in, boolean required, String type, Rule rule) {

  /** ASCII digits, few enough that every parser in the system reads the same number. */
  private static final Pattern NUMBER =
      Pattern.compile("-?[0-9]{1,18}(\\.[0-9]{1,18})?([eE][+-]?[0-9]{1,2})?");

  private static final Pattern INTEGER = Pattern.compile("-?[0-9]{1,18}");

  boolean isInQuery() {
    return in.equals("query");
  }

  /** Adds each fault of the parameter's value to {@code faults}. */
  void check(RoutingContext ctx, List<Refusal.Fault> faults) {
    List<String> values = values(ctx);
    String pointer = "/" + name;
    if (values.isEmpty()) {
      if (required) {
        faults.add(new Refusal.Fault(pointer, "is required in the " + in));
      }
    } else if (values.size() > 1) {
      faults.add(new Refusal.Fault(pointer, "must be given once"));
    } else if (Text.fault(values.get(0)) != null) {
      faults.add(new Refusal.Fault(pointer, Text.fault(values.get(0))));
    } else {
      faults.addAll(rule.faults(pointer, json(values.get(0)), RequestValidation.MAX_FAULTS));
    }
  }

  private List<String> values(RoutingContext ctx) {
    return switch (in) {
      case "path" -> ctx.pathParams().containsKey(name) ? List.of(ctx.pathParam(name)) : List.of();
      case "header" -> ctx.request().headers().getAll(name);
      default -> ctx.queryParam(name);
    };
  }

  /**
   * Converts the text to a JSON value of the parameter's type. A text that is not such a value
   * stays a text, and the rule then reports a fault.
   */
  private JsonNode json(String text) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    return switch (type) {
      case "integer" -> number(INTEGER, text);
      case "number" -> number(NUMBER, text);
      case "boolean" ->
          text.equals("true") || text.equals("false")
              ? nodes.booleanNode(text.equals("true"))
              : nodes.textNode(text);
      default -> nodes.textNode(text);
    };
  }

  private static JsonNode number(Pattern pattern, String text) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    return pattern.matcher(text).matches()
        ? nodes.numberNode(new BigDecimal(text))
        : nodes.textNode(text);
  }
}
