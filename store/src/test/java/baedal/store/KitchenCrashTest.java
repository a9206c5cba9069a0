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

/** Tests that a redelivery, a repeated action or the sweep completes what a crash interrupted. */
class KitchenCrashTest extends KitchenFixture {

  @Test
  void redelivery_repairs_a_crash_at_any_write_of_receiving_an_order() {
    crashAtEachWrite(
        (id, kitchen) ->
            handle(kitchen, redeliverable(paid(id, line("cola", 1), line("fried", 2)))),
        id -> {
          assertThat(db.ticket(id).status()).isEqualTo(RECEIVED);
          assertThat(db.stock("cola")).isEqualTo(99);
          assertThat(db.stock("fried")).isEqualTo(98);
        });
  }

  @Test
  void redelivery_repairs_a_crash_at_any_write_of_rejecting_an_order() {
    db.menu("pizza", 0);
    crashAtEachWrite(
        (id, kitchen) ->
            handle(kitchen, redeliverable(paid(id, line("cola", 1), line("pizza", 2)))),
        id -> {
          assertThat(db.ticket(id).status()).isEqualTo(REJECTED);
          assertThat(db.eventTypes(id)).containsExactly("store.order-rejected");
          assertThat(db.ticket(id).stockOwed()).isFalse();
          assertThat(db.stock("cola")).isEqualTo(100);
        });
  }

  @Test
  void a_cancellation_after_a_crash_and_before_the_redelivery_returns_all_stock() {
    for (int nth = 0; nth < 4; nth++) {
      String id = "o-" + nth;
      EventMessage paid = message(paid(id, line("cola", 1), line("fried", 2)));
      handle(db.crashing(nth, true), paid).otherwiseEmpty().await();
      deliver(db.kitchen, message(cancelRequested(id)));
      deliver(db.kitchen, paid);
      assertThat(db.ticket(id).status()).isEqualTo(CANCELED);
      assertThat(db.stock("cola")).as("cut at write " + nth).isEqualTo(100);
      assertThat(db.stock("fried")).as("cut at write " + nth).isEqualTo(100);
    }
  }

  @Test
  void redelivery_repairs_a_crash_at_any_write_of_canceling_an_order() {
    crashAtEachWrite(
        (id, kitchen) -> {
          deliver(db.kitchen, redeliverable(paid(id, line("cola", 1), line("fried", 2))));
          return handle(kitchen, redeliverable(cancelRequested(id)));
        },
        id -> {
          assertThat(db.ticket(id).status()).isEqualTo(CANCELED);
          assertThat(db.eventTypes(id)).containsExactly("store.cancel-accepted");
          assertThat(db.stock("cola")).isEqualTo(100);
          assertThat(db.stock("fried")).isEqualTo(100);
        });
  }

  @Test
  void redelivery_repairs_a_crash_at_any_write_of_updating_an_order() {
    crashAtEachWrite(
        (id, kitchen) -> {
          deliver(db.kitchen, redeliverable(paid(id, line("fried", 2))));
          return handle(kitchen, redeliverable(updated(id, 4, "문 앞에", line("fried", 2))));
        },
        id -> {
          assertThat(db.ticket(id).details().memo()).isEqualTo("문 앞에");
          assertThat(db.stock("fried")).isEqualTo(98);
        });
  }

  /** The owner repeats each action that was not stored before the crash. */
  @Test
  void repeated_actions_repair_a_crash_at_any_write_of_accepting_and_cooking() {
    crashAtEachWrite(
        (id, kitchen) -> {
          deliver(db.kitchen, redeliverable(paid(id, line("fried", 2))));
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
  void the_sweep_returns_stock_that_a_ticket_owes_after_a_crash() {
    rejectWithoutReturn("o", line("fried", 2));
    assertThat(db.stock("fried")).isEqualTo(98);
    db.kitchen.start();
    await().until(() -> db.stock("fried") == 100 && !db.ticket("o").stockOwed());
    db.kitchen.stop();
  }

  @Test
  void tickets_whose_stock_cannot_be_returned_do_not_block_the_sweep() {
    db.menu("broken", 200);
    for (int i = 0; i <= 100; i++) {
      rejectWithoutReturn("a-" + i, line("broken", 1));
    }
    rejectWithoutReturn("b", line("fried", 2));
    db.makeUnreadable("broken");
    db.kitchen.start();
    await().until(() -> db.stock("fried") == 100 && !db.ticket("b").stockOwed());
    db.kitchen.stop();
    assertThat(db.ticket("a-0").stockOwed()).isTrue();
  }

  /** Rejects an order as if the service had crashed before it returned the stock. */
  private void rejectWithoutReturn(String orderId, Line line) {
    deliver(db.kitchen, message(paid(orderId, line)));
    db.repository.changeTicket(orderId, ticket -> ticket.reject("재료 소진", NOON)).await();
  }

  @Test
  void the_sweep_counts_stock_as_sold_after_a_crash_when_cooking_finished() {
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
  void a_late_replica_takes_no_stock_for_an_order_that_was_cooked() {
    EventMessage paid = message(paid("o", line("fried", 2)));
    deliver(db.kitchen, paid);
    db.kitchen.act("o", KitchenFixture::accepted).await();
    db.kitchen.act("o", Ticket::start).await();
    db.kitchen.act("o", KitchenFixture::finished).await();
    db.repository.changeMenu(Menu.key("s-1", "fried"), menu -> menu.take("o", 2, NOON)).await();
    assertThat(db.stock("fried")).isEqualTo(98);
  }

  @Test
  void a_late_replica_takes_no_stock_for_an_order_that_was_canceled() {
    EventMessage paid = message(paid("o", line("fried", 2)));
    deliver(db.kitchen, redeliverable(cancelRequested("o")));
    deliver(db.kitchen, paid);
    db.repository.changeMenu(Menu.key("s-1", "fried"), menu -> menu.take("o", 2, NOON)).await();
    assertThat(db.stock("fried")).isEqualTo(100);
  }

  @Test
  void a_ticket_takes_and_returns_stock_of_a_menu_with_any_id() {
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
    void check(String orderId);
  }

  /** Crashes the step before or after each of its writes, then repeats it at two replicas. */
  private void crashAtEachWrite(Step step, Expected expected) {
    for (int nth = 0; nth < 6; nth++) {
      for (boolean written : List.of(false, true)) {
        resetStock();
        String id = "o-" + nth + written;
        step.on(id, db.crashing(nth, written)).otherwiseEmpty().await();
        step.on(id, db.kitchen).await();
        step.on(id, db.replica()).await();
        expected.check(id);
      }
    }
  }
}
