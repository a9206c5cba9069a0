package baedal.events;

import java.util.List;

/** What a transition returns: the new state, and the events it caused, in order. */
public record Change<S>(S state, List<Event> events) {

  public Change {
    events = List.copyOf(events);
  }

  /** Nothing happened. */
  public static <S> Change<S> none(S state) {
    return new Change<>(state, List.of());
  }

  public static <S> Change<S> of(S state, Event... events) {
    return new Change<>(state, List.of(events));
  }
}
