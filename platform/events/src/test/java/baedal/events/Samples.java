package baedal.events;

import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.List;
import java.util.stream.Stream;

/** Creates one fixed message of each event type, with a value in every field. */
final class Samples {

  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  private Samples() {}

  static EventMessage of(String type) {
    Event event = (Event) value(EventTypes.type(type), "event");
    return new EventMessage(
        "0190a000-0000-7000-8000-000000000001",
        type,
        event.subject(),
        7,
        NOON,
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        event);
  }

  private static Object value(Type type, String name) {
    if (type instanceof ParameterizedType list) {
      return List.of(value(list.getActualTypeArguments()[0], name));
    }
    Class<?> c = (Class<?>) type;
    if (c == String.class) {
      return "a " + name;
    } else if (c == long.class || c == Long.class) {
      return 42_000L;
    } else if (c == int.class || c == Integer.class) {
      return 3;
    } else if (c == double.class) {
      return 37.5;
    } else if (c == boolean.class) {
      return true;
    } else if (c == Instant.class) {
      return NOON;
    } else if (c == LocalDate.class) {
      return LocalDate.parse("2026-01-01");
    } else if (c == LocalTime.class) {
      return LocalTime.NOON;
    } else if (c.isEnum()) {
      return c.getEnumConstants()[0];
    }
    return record(c);
  }

  private static Object record(Class<?> c) {
    RecordComponent[] components = c.getRecordComponents();
    try {
      Constructor<?> constructor =
          c.getDeclaredConstructor(
              Stream.of(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
      return constructor.newInstance(
          Stream.of(components)
              .map(part -> value(part.getGenericType(), part.getName()))
              .toArray());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("no sample of " + c, e);
    }
  }
}
