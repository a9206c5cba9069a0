package baedal.gateway;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The connections to one service are shared fairly between groups of requests. */
class ConnectionSlotsTest {

  private static final int MAX_WAITING = 4;

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private ConnectionSlots slots = slots(Duration.ofMinutes(5));
  private final List<String> granted = new ArrayList<>();

  private ConnectionSlots slots(Duration maxWait) {
    return new ConnectionSlots(vertx, 1, MAX_WAITING, maxWait);
  }

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  /** Acquires a slot on the event loop, as the gateway does. */
  private ConnectionSlots.Slot acquire(String group) {
    return onEventLoop(
        () -> {
          ConnectionSlots.Slot slot = slots.acquire(group);
          slot.granted().onSuccess(v -> granted.add(group));
          return slot;
        });
  }

  private void release(ConnectionSlots.Slot slot) {
    onEventLoop(
        () -> {
          slot.release();
          return null;
        });
  }

  private <T> T onEventLoop(Supplier<T> action) {
    Promise<T> done = Promise.promise();
    context.runOnContext(v -> done.complete(action.get()));
    return done.future().await();
  }

  private void releaseAndExpect(ConnectionSlots.Slot slot, String next) {
    int before = onEventLoop(granted::size);
    release(slot);
    await().until(() -> onEventLoop(granted::size) > before);
    assertThat(onEventLoop(() -> granted.get(before))).isEqualTo(next);
  }

  @Test
  void free_slots_go_to_the_groups_in_round_robin_order() {
    ConnectionSlots.Slot busy = acquire("many");
    ConnectionSlots.Slot first = acquire("many");
    ConnectionSlots.Slot second = acquire("many");
    ConnectionSlots.Slot third = acquire("many");
    ConnectionSlots.Slot other = acquire("other");
    releaseAndExpect(busy, "many");
    releaseAndExpect(first, "other");
    releaseAndExpect(other, "many");
    releaseAndExpect(second, "many");
    release(third);
    assertThat(acquire("late").granted().succeeded()).isTrue();
  }

  @Test
  void a_full_queue_refuses_the_newest_request_of_the_longest_group() {
    acquire("many");
    ConnectionSlots.Slot last = null;
    for (int i = 0; i < MAX_WAITING; i++) {
      last = acquire("many");
    }
    assertThat(acquire("many").granted().failed()).isTrue();
    ConnectionSlots.Slot other = acquire("other");
    assertThat(other.granted().isComplete()).isFalse();
    assertThat(last.granted().failed()).isTrue();
  }

  @Test
  void a_waiting_request_that_is_released_leaves_the_queue() {
    ConnectionSlots.Slot busy = acquire("one");
    ConnectionSlots.Slot gone = acquire("one");
    acquire("two");
    release(gone);
    releaseAndExpect(busy, "two");
    assertThat(gone.granted().isComplete()).isFalse();
  }

  @Test
  void a_slot_that_is_released_twice_is_free_once() {
    ConnectionSlots.Slot slot = acquire("one");
    release(slot);
    release(slot);
    assertThat(acquire("one").granted().succeeded()).isTrue();
    assertThat(acquire("one").granted().isComplete()).isFalse();
  }

  @Test
  void a_request_that_waits_too_long_fails() {
    slots = slots(Duration.ofMillis(20));
    acquire("one");
    ConnectionSlots.Slot waiting = acquire("one");
    await().until(() -> waiting.granted().failed());
  }
}
