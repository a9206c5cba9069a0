package baedal.runtime;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** One operation of a contract: who may call it, and whether a request fits it. */
record Operation(
    String method, String path, Set<String> roles, List<Parameter> parameters, Body body) {

  /** What every part of us reads as the same number: plain digits, not too many. */
  private static final Pattern NUMBER =
      Pattern.compile("-?[0-9]{1,18}(\\.[0-9]{1,18})?([eE][+-]?[0-9]{1,2})?");

  private static final Pattern INTEGER = Pattern.compile("-?[0-9]{1,18}");

  private static final int MAX_FAULTS = 50;
  private static final int MAX_CHARS = 16_000;

  /** More than any contract of ours takes. */
  private static final int MAX_ITEMS = 100;

  /** The validator would look at each of them. */
  private static final String TOO_MANY = "has more items than anything here takes";

  /** The validator cannot compare it. */
  private static final String TOO_LARGE = "is too large a number";

  private static final Set<String> BEYOND_SCHEMAS = Set.of(TOO_MANY, TOO_LARGE);

  /** Everybody, even without a token. */
  private static final String ANYONE = "anyone";

  /** Everybody with a valid token. */
  private static final String ANY = "any";

  record Parameter(String name, String in, boolean required, String type, Schema schema) {}

  record Body(boolean required, Schema schema) {}

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
    if (body != null) {
      checkBody(ctx, faults);
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
    } else if (values.get(0).indexOf('\0') >= 0) {
      faults.add(new Refusal.Fault(pointer, "must not contain NUL"));
    } else {
      parameter
          .schema()
          .validate(value(parameter.type(), values.get(0)))
          .forEach(e -> faults.add(fault(pointer, e)));
    }
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

  private void checkBody(RoutingContext ctx, List<Refusal.Fault> faults) {
    Buffer sent = ctx.body().buffer();
    boolean none = sent == null || sent.length() == 0;
    String type = ctx.request().getHeader(HttpHeaders.CONTENT_TYPE);
    if (type == null ? !none : !isJson(type.toLowerCase(Locale.ROOT))) {
      throw Refusal.of(Refusal.Kind.UNSUPPORTED, "not-json", "send Content-Type: application/json");
    }
    if (none) {
      if (body.required()) {
        faults.add(new Refusal.Fault("", "a JSON body is required"));
      }
      return;
    }
    JsonNode json;
    try {
      json = Json.mapper().readTree(sent.getBytes());
      if (json.isMissingNode()) {
        faults.add(new Refusal.Fault("", "is not JSON: there is nothing in it"));
        return;
      }
    } catch (JsonProcessingException e) {
      faults.add(new Refusal.Fault("", "is not JSON: " + fault(e.getLocation())));
      return;
    } catch (IOException e) {
      faults.add(new Refusal.Fault("", "is not JSON in UTF-8"));
      return;
    }
    findUnfit("", json, faults);
    if (faults.size() <= MAX_FAULTS
        && faults.stream().noneMatch(fault -> BEYOND_SCHEMAS.contains(fault.detail()))) {
      body.schema().validate(json).stream()
          .limit(MAX_FAULTS + 1L)
          .forEach(e -> faults.add(fault("", e)));
    }
  }

  /** The parser names no place when it is too much for it as a whole. */
  private static String fault(JsonLocation at) {
    return at == null
        ? "too deeply nested, or a name or number in it is too long"
        : "look at line " + at.getLineNr() + ", column " + at.getColumnNr();
  }

  private static boolean isJson(String contentType) {
    String type = contentType.split(";", 2)[0].strip();
    return type.equals("application/json")
        || (type.startsWith("application/") && type.endsWith("+json"));
  }

  private static Refusal.Fault fault(String prefix, Error error) {
    String pointer = error.getInstanceLocation().toString();
    String missing = "required".equals(error.getKeyword()) ? "/" + error.getProperty() : "";
    String detail = missing.isEmpty() ? error.getMessage() : "is required";
    return new Refusal.Fault(prefix + pointer + missing, detail);
  }

  /**
   * What no schema tells of: NUL, which no store keeps, and a number that is none for us. Ends when
   * there is enough of it; what follows then nobody has looked at.
   */
  private static void findUnfit(String pointer, JsonNode node, List<Refusal.Fault> faults) {
    if (faults.size() > MAX_FAULTS) {
      return;
    }
    if (node.isDouble() && Double.isInfinite(node.doubleValue())) {
      faults.add(new Refusal.Fault(pointer, TOO_LARGE));
    } else if (node.isTextual() && node.textValue().indexOf('\0') >= 0) {
      faults.add(new Refusal.Fault(pointer, "must not contain NUL"));
    } else if (node.isObject()) {
      node.properties()
          .forEach(
              field ->
                  findUnfit(
                      pointer + "/" + Contract.escape(field.getKey()), field.getValue(), faults));
    } else if (node.isArray() && node.size() > MAX_ITEMS) {
      faults.add(new Refusal.Fault(pointer, TOO_MANY));
    } else if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        findUnfit(pointer + "/" + i, node.get(i), faults);
      }
    }
  }
}
