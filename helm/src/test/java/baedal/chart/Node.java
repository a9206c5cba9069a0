package baedal.chart;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A value of a YAML document. A path that the document does not have leads to an absent node, so
 * that a test needs no null checks on its way.
 *
 * @param value a map, a list, a text, a number, a boolean, or null if the node is absent
 */
record Node(Object value) {

  Node at(String... path) {
    Object found = value;
    for (String key : path) {
      found = found instanceof Map<?, ?> map ? map.get(key) : null;
    }
    return new Node(found);
  }

  boolean isPresent() {
    return value != null;
  }

  boolean is(Object expected) {
    return expected.equals(value);
  }

  /** The text, or an empty text if the node is absent. */
  String text() {
    return Objects.toString(value, "");
  }

  /** The number, or -1 if the node is absent or no number. */
  int number() {
    return value instanceof Number number ? number.intValue() : -1;
  }

  List<Node> items() {
    return value instanceof List<?> list ? list.stream().map(Node::new).toList() : List.of();
  }

  Stream<String> texts() {
    return items().stream().map(Node::text);
  }

  Map<String, Node> fields() {
    Map<String, Node> fields = new LinkedHashMap<>();
    if (value instanceof Map<?, ?> map) {
      map.forEach((key, field) -> fields.put(String.valueOf(key), new Node(field)));
    }
    return fields;
  }

  /** Whether the labels of this map contain all entries of {@code selector}. */
  boolean hasAll(Node selector) {
    Map<String, Node> labels = fields();
    return selector.fields().entrySet().stream()
        .allMatch(wanted -> wanted.getValue().equals(labels.get(wanted.getKey())));
  }
}
