package baedal.events;

import java.util.List;

/** The result of a transition: the new state and the events that it caused, in order. */
public record Change<S>(S state, List<Event> events) {

  public Change {
    events = List.copyOf(events);
  }

  /** The state is unchanged, and there is no event. */
  public static <S> Change<S> none(S state) {
    return new Change<>(state, List.of());
  }

  public static <S> Change<S> of(S state, Event... events) {
    return new Change<>(state, List.of(events));
  }
}
