package baedal.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import baedal.events.Change;
import baedal.events.Event;
import baedal.runtime.Refusal;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Assertions about the result of a transition. */
final class OrderAssertions {

  private OrderAssertions() {}

  /** Asserts that a change has exactly one event, of this type, and returns it. */
  static <E extends Event> E onlyEvent(Change<Order> change, Class<E> type) {
    assertThat(change.events()).hasSize(1).first().isInstanceOf(type);
    return type.cast(change.events().get(0));
  }

  /** Asserts that the call throws a refusal, and returns it. */
  static Refusal refusal(ThrowingCallable call) {
    Refusal refusal = catchThrowableOfType(Refusal.class, call);
    assertThat(refusal).isNotNull();
    return refusal;
  }
}
