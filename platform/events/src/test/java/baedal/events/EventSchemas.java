package baedal.events;

import baedal.runtime.Json;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.Map;

/**
 * Generates the JSON Schema (2020-12) of each event from its record. A primitive component is never
 * null; every other component may be null.
 */
final class EventSchemas {

  private static final Map<Class<?>, String> FORMATS =
      Map.of(Instant.class, "date-time", LocalDate.class, "date");

  private EventSchemas() {}

  static ObjectNode of(String type) {
    ObjectNode schema = Json.mapper().createObjectNode();
    schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    schema.put("title", type);
    schema.setAll(record(EventTypes.type(type)));
    return schema;
  }

  private static ObjectNode record(Class<?> c) {
    ObjectNode schema = Json.mapper().createObjectNode();
    schema.put("type", "object");
    ArrayNode required = Json.mapper().createArrayNode();
    ObjectNode properties = schema.putObject("properties");
    for (RecordComponent component : c.getRecordComponents()) {
      properties.set(component.getName(), value(component.getGenericType()));
      required.add(component.getName());
    }
    schema.set("required", required);
    return schema;
  }

  private static ObjectNode value(Type type) {
    ObjectNode schema = Json.mapper().createObjectNode();
    if (type instanceof ParameterizedType list) {
      schema.put("type", "array").set("items", value(list.getActualTypeArguments()[0]));
      return schema;
    }
    Class<?> c = (Class<?>) type;
    if (c.isRecord()) {
      ObjectNode record = record(c);
      record.putArray("type").add("object").add("null");
      return record;
    }
    if (c.isEnum()) {
      ArrayNode names = schema.putArray("enum");
      for (Object constant : c.getEnumConstants()) {
        names.add(constant.toString());
      }
      names.addNull();
      return schema;
    }
    boolean text = c == String.class || FORMATS.containsKey(c) || c == LocalTime.class;
    String name =
        c == boolean.class ? "boolean" : c == double.class ? "number" : text ? "string" : "integer";
    if (c.isPrimitive()) {
      schema.put("type", name);
    } else {
      schema.putArray("type").add(name).add("null");
    }
    if (FORMATS.containsKey(c)) {
      schema.put("format", FORMATS.get(c));
    }
    return schema;
  }
}
