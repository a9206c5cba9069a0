package baedal.rabbitmq;

import baedal.events.Event;
import baedal.events.EventMessage;
import baedal.events.EventTypes;
import baedal.events.Subscriptions;
import baedal.events.UnprocessableMessage;
import io.vertx.core.Future;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;

/** The queue of a service and its handler for each event type, for {@link EventConsumer}. */
public final class Subscription {

  private final String queue;
  private final Map<Class<?>, BiFunction<EventMessage, Event, Future<?>>> handlers =
      new LinkedHashMap<>();
  private Class<? extends Event> batched;
  private Function<List<EventMessage>, Future<?>> batchHandler;

  private Subscription(String queue) {
    this.queue = queue;
  }

  public static Subscription of(String queue) {
    return new Subscription(queue);
  }

  /**
   * Sets the handler of an event type. The handler's future succeeds when the effect of the event
   * is durable. A second message with the same {@code EventMessage.id} must have no effect.
   */
  public <E extends Event> Subscription on(
      Class<E> type, BiFunction<EventMessage, E, Future<?>> handler) {
    handlers.put(type, (message, event) -> handler.apply(message, type.cast(event)));
    return this;
  }

  /**
   * Sets a handler for several events of {@code type} at once. It gets them in the order in which
   * they arrived. Its future succeeds when the effects of all events are durable. If it fails, each
   * event is passed to the handler that {@link #on} has set for its type.
   */
  public <E extends Event> Subscription inBatches(
      Class<E> type, Function<List<EventMessage>, Future<?>> handler) {
    batched = type;
    batchHandler = handler;
    return this;
  }

  public String queue() {
    return queue;
  }

  /**
   * Checks that there is a handler for each event type that {@link Subscriptions} lists for the
   * queue, and for no other event type.
   *
   * @throws IllegalStateException if the handlers differ from {@link Subscriptions}
   */
  void requireComplete() {
    Set<String> listed = Subscriptions.of(queue);
    Set<String> handled = types();
    if (!handled.equals(listed)) {
      throw new IllegalStateException(
          "%s handles %s, but baedal.events.Subscriptions lists %s"
              .formatted(queue, handled, listed));
    }
  }

  private Set<String> types() {
    Set<String> keys = new TreeSet<>();
    handlers.keySet().forEach(type -> keys.add(EventTypes.name(type.asSubclass(Event.class))));
    return keys;
  }

  /** Whether there is a handler for this event. */
  public boolean handles(EventMessage message) {
    return handlers.containsKey(message.data().getClass());
  }

  boolean hasBatchHandler() {
    return batchHandler != null;
  }

  /** Whether the batch handler accepts this event. */
  boolean inBatches(EventMessage message) {
    return batchHandler != null && batched.isInstance(message.data()) && handles(message);
  }

  Future<?> handleBatch(List<EventMessage> messages) {
    return batchHandler.apply(messages);
  }

  /**
   * Passes the event to its handler.
   *
   * @throws UnprocessableMessage if the event has no handler
   */
  public Future<?> handle(EventMessage message) {
    var handler = handlers.get(message.data().getClass());
    if (handler == null) {
      throw new UnprocessableMessage(queue + " has no handler for " + message.type());
    }
    return handler.apply(message, message.data());
  }
}
