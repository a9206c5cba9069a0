package baedal.store;

import static baedal.store.Samples.NOON;
import static baedal.store.Samples.cancelRequested;
import static baedal.store.Samples.line;
import static baedal.store.Samples.paid;
import static baedal.store.Samples.updated;
import static baedal.store.TicketStatus.ACCEPTED;
import static baedal.store.TicketStatus.CANCELED;
import static baedal.store.TicketStatus.COOKED;
import static baedal.store.TicketStatus.RECEIVED;
import static baedal.store.TicketStatus.REJECTED;
import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.Change;
import baedal.events.EventMessage;
import baedal.events.Line;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Replicas that are cut off at a write, and what repairs the rest. */
class KitchenCrashTest extends KitchenFixture {

  @Test
  void a_crash_at_any_write_while_an_order_is_received_is_mended_by_its_redelivery() {
    everyCut(
        (id, kitchen) -> handle(kitchen, sent(paid(id, line("cola", 1), line("fried", 2)))),
        id -> {
          assertThat(db.ticket(id).status()).isEqualTo(RECEIVED);
          assertThat(db.stock("cola")).isEqualTo(99);
          assertThat(db.stock("fried")).isEqualTo(98);
        });
  }

  @Test
  void a_crash_at_any_write_while_an_order_is_rejected_is_mended_by_its_redelivery() {
    db.menu("pizza", 0);
    everyCut(
        (id, kitchen) -> handle(kitchen, sent(paid(id, line("cola", 1), line("pizza", 2)))),
        id -> {
          assertThat(db.ticket(id).status()).isEqualTo(REJECTED);
          assertThat(db.eventTypes(id)).containsExactly("store.order-rejected");
          assertThat(db.ticket(id).stockOwed()).isFalse();
          assertThat(db.stock("cola")).isEqualTo(100);
        });
  }

  @Test
  void
      a_crash_while_an_order_is_received_and_its_cancellation_before_the_redelivery_leak_nothing() {
    for (int nth = 0; nth < 4; nth++) {
      String id = "o-" + nth;
      EventMessage paid = message(paid(id, line("cola", 1), line("fried", 2)));
      handle(db.cutOff(nth, true), paid).otherwiseEmpty().await();
      deliver(db.kitchen, message(cancelRequested(id)));
      deliver(db.kitchen, paid);
      assertThat(db.ticket(id).status()).isEqualTo(CANCELED);
      assertThat(db.stock("cola")).as("cut at write " + nth).isEqualTo(100);
      assertThat(db.stock("fried")).as("cut at write " + nth).isEqualTo(100);
    }
  }

  @Test
  void a_crash_at_any_write_while_an_order_is_canceled_is_mended_by_its_redelivery() {
    everyCut(
        (id, kitchen) -> {
          deliver(db.kitchen, sent(paid(id, line("cola", 1), line("fried", 2))));
          return handle(kitchen, sent(cancelRequested(id)));
        },
        id -> {
          assertThat(db.ticket(id).status()).isEqualTo(CANCELED);
          assertThat(db.eventTypes(id)).containsExactly("store.cancel-accepted");
          assertThat(db.stock("cola")).isEqualTo(100);
          assertThat(db.stock("fried")).isEqualTo(100);
        });
  }

  @Test
  void a_crash_at_any_write_while_an_order_is_changed_is_mended_by_its_redelivery() {
    everyCut(
        (id, kitchen) -> {
          deliver(db.kitchen, sent(paid(id, line("fried", 2))));
          return handle(kitchen, sent(updated(id, 4, "문 앞에", line("fried", 2))));
        },
        id -> {
          assertThat(db.ticket(id).details().memo()).isEqualTo("문 앞에");
          assertThat(db.stock("fried")).isEqualTo(98);
        });
  }

  /** The owner asks again for what is not done yet. */
  @Test
  void a_crash_at_any_write_while_an_order_is_accepted_and_cooked_is_mended_by_asking_again() {
    everyCut(
        (id, kitchen) -> {
          deliver(db.kitchen, sent(paid(id, line("fried", 2))));
          return kitchen
              .act(id, KitchenCrashTest::acceptedAtLeast)
              .compose(v -> kitchen.act(id, KitchenCrashTest::startedAtLeast))
              .compose(v -> kitchen.act(id, KitchenFixture::finished));
        },
        id -> {
          assertThat(db.ticket(id).status()).isEqualTo(COOKED);
          assertThat(db.ticket(id).stockOwed()).isFalse();
          assertThat(db.eventTypes(id))
              .containsExactly("store.order-accepted", "store.cook-started", "store.cook-finished");
          Menu fried = db.repository.menu("s-1", "fried").await();
          assertThat(fried.stock()).isEqualTo(98);
          assertThat(fried.takenByOrder()).isEmpty();
        });
  }

  private static Change<Ticket> acceptedAtLeast(Ticket ticket, Instant now) {
    return ticket.status() == RECEIVED ? accepted(ticket, now) : Change.none(ticket);
  }

  private static Change<Ticket> startedAtLeast(Ticket ticket, Instant now) {
    return ticket.status() == ACCEPTED ? ticket.start(now) : Change.none(ticket);
  }

  @Test
  void stock_that_a_crash_left_owed_is_returned_by_the_sweep() {
    reject("o", line("fried", 2));
    assertThat(db.stock("fried")).isEqualTo(98);
    db.kitchen.start();
    await().until(() -> db.stock("fried") == 100 && !db.ticket("o").stockOwed());
    db.kitchen.stop();
  }

  @Test
  void tickets_that_cannot_be_settled_hold_up_no_other() {
    db.menu("broken", 200);
    for (int i = 0; i <= 100; i++) {
      reject("a-" + i, line("broken", 1));
    }
    reject("b", line("fried", 2));
    db.unreadable("broken");
    db.kitchen.start();
    await().until(() -> db.stock("fried") == 100 && !db.ticket("b").stockOwed());
    db.kitchen.stop();
    assertThat(db.ticket("a-0").stockOwed()).isTrue();
  }

  /** As if the service had died before it gave the stock back. */
  private void reject(String orderId, Line line) {
    deliver(db.kitchen, message(paid(orderId, line)));
    db.repository.changeTicket(orderId, ticket -> ticket.reject("재료 소진", NOON)).await();
  }

  @Test
  void what_a_crash_left_uncounted_when_it_was_cooked_is_counted_as_sold_by_the_sweep() {
    deliver(db.kitchen, message(paid("o", line("fried", 2))));
    db.kitchen.act("o", KitchenFixture::accepted).await();
    db.kitchen.act("o", Ticket::start).await();
    db.repository.changeTicket("o", ticket -> finished(ticket, NOON)).await();
    db.kitchen.start();
    await().until(() -> !db.ticket("o").stockOwed());
    db.kitchen.stop();
    Menu fried = db.repository.menu("s-1", "fried").await();
    assertThat(fried.takenByOrder()).isEmpty();
    assertThat(fried.sold()).isEqualTo(2);
    assertThat(fried.stock()).isEqualTo(98);
  }

  @Test
  void a_replica_that_still_holds_the_order_when_it_is_cooked_takes_no_stock_again() {
    EventMessage paid = message(paid("o", line("fried", 2)));
    deliver(db.kitchen, paid);
    db.kitchen.act("o", KitchenFixture::accepted).await();
    db.kitchen.act("o", Ticket::start).await();
    db.kitchen.act("o", KitchenFixture::finished).await();
    db.repository.changeMenu(Menu.key("s-1", "fried"), menu -> menu.take("o", 2, NOON)).await();
    assertThat(db.stock("fried")).isEqualTo(98);
  }

  @Test
  void a_replica_that_still_holds_the_order_when_it_is_canceled_takes_no_stock_any_more() {
    EventMessage paid = message(paid("o", line("fried", 2)));
    deliver(db.kitchen, sent(cancelRequested("o")));
    deliver(db.kitchen, paid);
    db.repository.changeMenu(Menu.key("s-1", "fried"), menu -> menu.take("o", 2, NOON)).await();
    assertThat(db.stock("fried")).isEqualTo(100);
  }

  @Test
  void whatever_a_menu_is_called_the_tickets_that_took_of_it_go_on() {
    for (String name : List.of("m.1", ".", "a$b", "_id", "메뉴 1", "\"", "\\", "{}")) {
      db.menu(name, 10);
      deliver(db.kitchen, message(paid("o-" + name, line(name, 2))));
      db.kitchen.act("o-" + name, KitchenFixture::accepted).await();
      db.kitchen.act("o-" + name, (ticket, now) -> ticket.reject("재료 소진", now)).await();
      assertThat(db.stock(name)).as(name).isEqualTo(10);
      assertThat(db.ticket("o-" + name).takenByMenu()).as(name).containsEntry(name, 2);
    }
  }

  private interface Step {
    Future<?> on(String orderId, Kitchen kitchen);
  }

  private interface Expected {
    void of(String orderId);
  }

  /** Cuts the step off at each of its writes in turn, before and after it, then repeats it. */
  private void everyCut(Step step, Expected expected) {
    for (int nth = 0; nth < 6; nth++) {
      for (boolean written : List.of(false, true)) {
        stock();
        String id = "o-" + nth + written;
        step.on(id, db.cutOff(nth, written)).otherwiseEmpty().await();
        step.on(id, db.kitchen).await();
        step.on(id, db.replica()).await();
        expected.of(id);
      }
    }
  }
}
