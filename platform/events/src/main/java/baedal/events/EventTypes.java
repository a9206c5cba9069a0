package baedal.events;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Derives the names of events from their classes: {@code OrderEvent.CancelRequested} has the name
 * {@code order.cancel-requested}. Its exchange is {@code order}, and its routing key is its name.
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

  /** Returns the class of every event, by name. */
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

  /** Returns the exchange to which events of this name are published. */
  public static String exchange(String name) {
    return name.substring(0, name.indexOf('.'));
  }

  /** Returns the key under which logs show the subject of an event of this name. */
  public static String subjectKey(String name) {
    return switch (name) {
      case "store.opened", "store.closed", "store.menu-changed" -> "storeId";
      default -> "orderId";
    };
  }

  /**
   * Returns the class of the event with this name.
   *
   * @throws UnprocessableMessage if no event has this name
   */
  public static Class<? extends Event> type(String name) {
    Class<? extends Event> type = BY_NAME.get(name);
    if (type == null) {
      throw new UnprocessableMessage("unknown event type " + name);
    }
    return type;
  }
}
