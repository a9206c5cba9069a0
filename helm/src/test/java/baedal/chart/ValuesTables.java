package baedal.chart;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/**
 * The tables of the chart's README: one row for each value, with its type and description from the
 * schema and its default from {@code values.yaml}.
 */
final class ValuesTables {

  private static final String VALUES =
      "| key | type | default | description |\n|---|---|---|---|\n";
  private static final String FIELDS = "| key | type | description |\n|---|---|---|\n";

  private final Node schema;
  private final StringBuilder text = new StringBuilder();

  private ValuesTables(Node schema) {
    this.schema = schema;
  }

  /** Returns a section for each top-level value, and one for each type that several values have. */
  static String of(Node schema, Node values) {
    ValuesTables tables = new ValuesTables(schema);
    Map<String, Node> fields = schema.at("properties").fields();
    tables.heading("General", "", VALUES);
    fields.forEach(
        (key, field) -> {
          if (!field.at("properties").isPresent()) {
            tables.field(key, field, values.at(key));
          }
        });
    fields.forEach(
        (key, field) -> {
          if (field.at("properties").isPresent()) {
            tables.heading("`" + key + "`", field.at("description").text(), VALUES);
            tables.rows(key + ".", field, values.at(key));
          }
        });
    for (Node type : schema.at("$defs").fields().values()) {
      tables.heading("Type: " + type.at("title").text(), type.at("description").text(), FIELDS);
      tables.rows("", type, null);
    }
    return tables.text.toString();
  }

  private void heading(String title, String description, String head) {
    text.append("\n### ").append(title).append("\n\n");
    if (!description.isEmpty()) {
      text.append(description).append("\n\n");
    }
    text.append(head);
  }

  /** Adds the rows of all fields of an object. {@code values} is null for a type. */
  private void rows(String prefix, Node object, Node values) {
    object
        .at("properties")
        .fields()
        .forEach(
            (key, field) -> field(prefix + key, field, values == null ? null : values.at(key)));
  }

  /**
   * Adds a row, or the rows of all fields of an object. A value of a type that has a section of its
   * own gets one row, unless its default sets all fields of the type.
   */
  private void field(String path, Node field, Node value) {
    Node type = type(field);
    Map<String, Node> fields = type.at("properties").fields();
    if (!type.isPresent() && !field.at("properties").isPresent()) {
      row(path, typeName(field), value, field);
    } else if (!type.isPresent()) {
      rows(path + ".", field, value);
    } else if (value == null || !value.fields().keySet().containsAll(fields.keySet())) {
      row(path, "[" + type.at("title").text() + "](#" + anchor(type) + ")", value, field);
      rows(path + ".", field, value);
    } else {
      fields.forEach(
          (key, inner) -> {
            Node own = field.at("properties", key);
            field(path + "." + key, own.isPresent() ? own : inner, value.at(key));
          });
    }
  }

  private void row(String path, String type, Node value, Node field) {
    text.append("| `").append(path).append("` | ").append(type).append(" | ");
    if (value != null) {
      text.append(value.isPresent() ? "`" + flow(value) + "`" : "none").append(" | ");
    }
    text.append(field.at("description").text().replace("|", "\\|")).append(" |\n");
  }

  /** The definition that a field refers to; absent if it has none. */
  private Node type(Node field) {
    String reference = field.at("$ref").text();
    return reference.isEmpty()
        ? new Node(null)
        : schema.at("$defs", reference.replace("#/$defs/", ""));
  }

  private static String anchor(Node type) {
    return "type-" + type.at("title").text().replace(' ', '-');
  }

  private static String typeName(Node field) {
    if (field.at("enum").isPresent()) {
      return field.at("enum").texts().collect(Collectors.joining(", "));
    }
    List<Node> choices = field.at("anyOf").items();
    if (!choices.isEmpty()) {
      return choices.stream().map(ValuesTables::typeName).collect(Collectors.joining(" or "));
    }
    return switch (field.at("type").text()) {
      case "array" -> "list";
      case "object" -> "map";
      default -> field.at("type").text();
    };
  }

  private static String flow(Node value) {
    if (value.value() instanceof String text) {
      return '"' + text.replace("|", "\\|") + '"';
    }
    DumperOptions options = new DumperOptions();
    options.setDefaultFlowStyle(DumperOptions.FlowStyle.FLOW);
    options.setWidth(Integer.MAX_VALUE);
    return Objects.toString(new Yaml(options).dump(value.value())).strip().replace("|", "\\|");
  }
}
