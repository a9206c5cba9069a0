package baedal.store;

import static baedal.store.Samples.cancelRequested;
import static baedal.store.Samples.line;
import static baedal.store.Samples.paid;
import static baedal.store.Samples.updated;
import static baedal.store.TicketStatus.CANCELED;
import static baedal.store.TicketStatus.RECEIVED;
import static baedal.store.TicketStatus.REJECTED;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.EventMessage;
import baedal.events.StoreEvent;
import baedal.runtime.TransientFailures;
import baedal.testkit.SuiteSize;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Tests that the kitchen handles events in any sequence and with duplicates. */
class KitchenEventOrderTest extends KitchenFixture {

  private static final int SEEDS = SuiteSize.of("baedal.kitchen.seeds", 60, 300);

  @Test
  void a_canceled_order_holds_no_stock_for_any_sequence_of_its_events() {
    for (int seed = 0; seed < SEEDS; seed++) {
      String id = "o-" + seed;
      deliverShuffled(
          seed,
          message(paid(id, line("fried", 2), line("cola", 1))),
          message(updated(id, 4, "fourth", line("fried", 2), line("cola", 1))),
          message(updated(id, 5, "fifth", line("fried", 2), line("cola", 1))),
          message(cancelRequested(id)));
      assertThat(db.ticket(id).status()).as("seed " + seed).isEqualTo(CANCELED);
      assertThat(db.eventTypes(id)).as("seed " + seed).containsExactly("store.cancel-accepted");
      assertThat(db.stock("fried")).as("seed " + seed).isEqualTo(100);
      assertThat(db.stock("cola")).as("seed " + seed).isEqualTo(100);
    }
  }

  @Test
  void a_ticket_has_the_newest_update_for_any_sequence_of_events() {
    for (int seed = 0; seed < SEEDS; seed++) {
      String id = "o-" + seed;
      db.menu("fried", 1);
      deliverShuffled(
          seed,
          message(paid(id, line("fried", 1))),
          message(updated(id, 4, "other", line("fried", 1))),
          message(updated(id, 5, "문 앞에", line("fried", 1))));
      assertThat(db.ticket(id).status()).isEqualTo(RECEIVED);
      assertThat(db.ticket(id).details().memo()).as("seed " + seed).isEqualTo("문 앞에");
      assertThat(db.ticket(id).details().version()).as("seed " + seed).isEqualTo(5);
      assertThat(db.stock("fried")).as("seed " + seed).isZero();
    }
  }

  /** {@code changes} updates arrive before cooking begins. Each of the others is refused once. */
  @Test
  void each_update_after_cooking_began_is_refused_once_for_any_sequence() {
    for (int seed = 0; seed < SEEDS; seed++) {
      String id = "o-" + seed;
      int changes = seed % 3;
      db.menu("fried", 1);
      EventMessage paid = message(paid(id, line("fried", 1)));
      EventMessage fourth = message(updated(id, 4, "fourth", line("fried", 1)));
      EventMessage fifth = message(updated(id, 5, "fifth", line("fried", 1)));
      deliverShuffled(
          seed, List.of(paid, fourth, fifth).subList(0, 1 + changes).toArray(EventMessage[]::new));
      db.kitchen.act(id, KitchenFixture::accepted).await();
      db.kitchen.act(id, Ticket::start).await();
      deliverShuffled(seed, paid, fourth, fifth);
      long cooked = db.ticket(id).details().version();
      assertThat(cooked).as("seed " + seed).isEqualTo(List.of(2L, 4L, 5L).get(changes));
      assertThat(refused(id)).as("seed " + seed).hasSize(2 - changes);
      assertThat(refused(id)).extracting(StoreEvent.UpdateRefused::keptVersion).isSubsetOf(cooked);
    }
  }

  private List<StoreEvent.UpdateRefused> refused(String orderId) {
    return db.pending("foodCookings", orderId).stream()
        .map(EventMessage::data)
        .filter(StoreEvent.UpdateRefused.class::isInstance)
        .map(StoreEvent.UpdateRefused.class::cast)
        .toList();
  }

  @Test
  void a_sold_out_order_holds_no_stock_for_any_sequence_of_its_events() {
    db.menu("pizza", 1);
    for (int seed = 0; seed < SEEDS; seed++) {
      String id = "o-" + seed;
      deliverShuffled(
          seed,
          message(paid(id, line("cola", 1), line("pizza", 2))),
          message(updated(id, 4, "fourth", line("cola", 1), line("pizza", 2))),
          message(cancelRequested(id)));
      boolean canceled = db.ticket(id).status() == CANCELED;
      assertThat(db.ticket(id).status()).as("seed " + seed).isIn(CANCELED, REJECTED);
      assertThat(db.eventTypes(id))
          .as("seed " + seed)
          .containsExactly(canceled ? "store.cancel-accepted" : "store.order-rejected");
      assertThat(db.ticket(id).stockOwed()).isFalse();
      assertThat(db.stock("cola")).as("seed " + seed).isEqualTo(100);
      assertThat(db.stock("pizza")).as("seed " + seed).isEqualTo(1);
    }
  }

  /** Delivers the events in a random sequence, some of them twice, and retries failed ones. */
  private void deliverShuffled(int seed, EventMessage... events) {
    Random random = new Random(seed);
    List<EventMessage> waiting = new ArrayList<>(List.of(events));
    for (int i = random.nextInt(4); i > 0; i--) {
      waiting.add(events[random.nextInt(events.length)]);
    }
    Collections.shuffle(waiting, random);
    for (int tries = 0; !waiting.isEmpty() && tries < 100; tries++) {
      EventMessage next = waiting.remove(0);
      Future<?> done = handle(random.nextBoolean() ? db.kitchen : db.replica(), next);
      done.otherwiseEmpty().await();
      if (done.failed()) {
        assertThat(done.cause()).matches(TransientFailures::isOutage);
        waiting.add(next);
      }
    }
    assertThat(waiting).as("seed " + seed).isEmpty();
  }
}
