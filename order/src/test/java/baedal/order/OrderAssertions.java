package baedal.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import baedal.events.Change;
import baedal.events.Event;
import baedal.runtime.Refusal;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What tests assert about the result of a transition. */
final class OrderAssertions {

  private OrderAssertions() {}

  /** The event of a change that caused exactly one, of this type. */
  static <E extends Event> E onlyEvent(Change<Order> change, Class<E> type) {
    assertThat(change.events()).hasSize(1).first().isInstanceOf(type);
    return type.cast(change.events().get(0));
  }

  /** The refusal that the call throws. */
  static Refusal refusal(ThrowingCallable call) {
    Refusal refusal = catchThrowableOfType(Refusal.class, call);
    assertThat(refusal).isNotNull();
    return refusal;
  }
}
