package baedal.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * One operation of a contract: who may call it, and whether a request fits it. {@code body} is null
 * where a body means nothing, as with GET.
 */
record Operation(
    String method, String path, Set<String> roles, List<Parameter> parameters, BodyRule body) {

  /** What every part of us reads as the same number: plain digits, not too many. */
  private static final Pattern NUMBER =
      Pattern.compile("-?[0-9]{1,18}(\\.[0-9]{1,18})?([eE][+-]?[0-9]{1,2})?");

  private static final Pattern INTEGER = Pattern.compile("-?[0-9]{1,18}");

  static final int MAX_FAULTS = 50;
  private static final int MAX_CHARS = 16_000;
  private static final String QUERY = "query";

  /** Everybody, even without a token. */
  private static final String ANYONE = "anyone";

  /** Everybody with a valid token. */
  private static final String ANY = "any";

  record Parameter(String name, String in, boolean required, String type, Rule rule) {}

  HttpMethod httpMethod() {
    return HttpMethod.valueOf(method);
  }

  /** The path as vertx-web writes it: {@code /orders/:orderId}. */
  String route() {
    return path.replaceAll("\\{([^}]+)}", ":$1");
  }

  boolean isAt(String asked) {
    return asked.matches(path.replaceAll("\\{[^}]+}", "[^/]+"));
  }

  /** The name of the path parameter in a segment (the first one is 1); empty when there is none. */
  String parameterAt(int segment) {
    String[] segments = path.split("/", -1);
    String template = segment < segments.length ? segments[segment] : "";
    return template.startsWith("{") ? template.substring(1, template.length() - 1) : "";
  }

  boolean needsToken() {
    return !roles.contains(ANYONE);
  }

  void admit(Caller caller) {
    if (roles.contains(ANYONE)
        || roles.contains(ANY)
        || caller.roles().stream().anyMatch(roles::contains)) {
      return;
    }
    throw Refusal.forbidden("this needs the role " + String.join(" or ", new TreeSet<>(roles)));
  }

  /** Throws one refusal that lists every fault of the request. */
  void check(RoutingContext ctx) {
    List<Refusal.Fault> faults = new ArrayList<>();
    parameters.forEach(parameter -> check(ctx, parameter, faults));
    ctx.queryParams().names().forEach(name -> checkKnown(name, faults));
    if (body != null) {
      body.check(ctx, faults);
    }
    if (!faults.isEmpty()) {
      throw Refusal.invalid(told(faults));
    }
  }

  /**
   * Not more of them than somebody reads: a small body can have thousands, and one long pointer.
   */
  private static List<Refusal.Fault> told(List<Refusal.Fault> faults) {
    int room = MAX_CHARS;
    for (int i = 0; i < faults.size(); i++) {
      room -= faults.get(i).pointer().length() + faults.get(i).detail().length();
      if (i == MAX_FAULTS || room < 0) {
        List<Refusal.Fault> first = new ArrayList<>(faults.subList(0, i));
        first.add(new Refusal.Fault("", "has more faults than these"));
        return first;
      }
    }
    return faults;
  }

  private static void check(RoutingContext ctx, Parameter parameter, List<Refusal.Fault> faults) {
    List<String> values =
        switch (parameter.in()) {
          case "path" ->
              ctx.pathParams().containsKey(parameter.name())
                  ? List.of(ctx.pathParam(parameter.name()))
                  : List.of();
          case "header" -> ctx.request().headers().getAll(parameter.name());
          default -> ctx.queryParam(parameter.name());
        };
    String pointer = "/" + parameter.name();
    if (values.isEmpty()) {
      if (parameter.required()) {
        faults.add(new Refusal.Fault(pointer, "is required in the " + parameter.in()));
      }
    } else if (values.size() > 1) {
      faults.add(new Refusal.Fault(pointer, "must be given once"));
    } else if (Text.fault(values.get(0)) != null) {
      faults.add(new Refusal.Fault(pointer, Text.fault(values.get(0))));
    } else {
      JsonNode value = value(parameter.type(), values.get(0));
      faults.addAll(parameter.rule().faults(pointer, value, MAX_FAULTS));
    }
  }

  private void checkKnown(String name, List<Refusal.Fault> faults) {
    List<String> known = new ArrayList<>();
    for (Parameter parameter : parameters) {
      if (parameter.in().equals(QUERY)) {
        if (parameter.name().equalsIgnoreCase(name)) {
          return;
        }
        known.add(parameter.name());
      }
    }
    faults.add(
        new Refusal.Fault(
            "/" + Contract.escape(name),
            "is not a query parameter of this request"
                + (known.isEmpty() ? "" : "; known are " + String.join(", ", known))));
  }

  private static JsonNode value(String type, String text) {
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
