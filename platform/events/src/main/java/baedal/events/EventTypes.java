package baedal.events;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The names of events, derived from their classes: {@code OrderEvent.CancelRequested} is {@code
 * order.cancel-requested}, published to the exchange {@code order} with its name as routing key.
 */
public final class EventTypes {

  private static final Map<String, Class<? extends Event>> BY_NAME = new TreeMap<>();

  static {
    for (Class<?> publisher : Event.class.getPermittedSubclasses()) {
      for (Class<?> type : publisher.getPermittedSubclasses()) {
        BY_NAME.put(name(type.asSubclass(Event.class)), type.asSubclass(Event.class));
      }
    }
  }

  private EventTypes() {}

  /** Every event type, sorted by name. */
  public static Map<String, Class<? extends Event>> all() {
    return Map.copyOf(BY_NAME);
  }

  public static String name(Class<? extends Event> type) {
    String publisher =
        type.getDeclaringClass().getSimpleName().replace("Event", "").toLowerCase(Locale.ROOT);
    return publisher
        + "."
        + type.getSimpleName().replaceAll("(?<=[a-z])(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
  }

  /** The exchange that events of this name are published to. */
  public static String exchange(String name) {
    return name.substring(0, name.indexOf('.'));
  }

  /** The log key for the subject of an event of this name. */
  public static String subjectKey(String name) {
    return switch (name) {
      case "store.opened", "store.closed", "store.menu-changed" -> "storeId";
      default -> "orderId";
    };
  }

  public static Class<? extends Event> type(String name) {
    Class<? extends Event> type = BY_NAME.get(name);
    if (type == null) {
      throw new UnprocessableMessage("unknown event type " + name);
    }
    return type;
  }
}
