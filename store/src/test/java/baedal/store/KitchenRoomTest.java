package baedal.store;

import static baedal.store.Hotels.cancelRequested;
import static baedal.store.Hotels.paid;
import static baedal.store.Hotels.stay;
import static baedal.store.Samples.NOON;
import static baedal.store.Samples.line;
import static baedal.store.TicketStatus.CANCELED;
import static baedal.store.TicketStatus.COOKED;
import static baedal.store.TicketStatus.COOKING;
import static baedal.store.TicketStatus.RECEIVED;
import static baedal.store.TicketStatus.REJECTED;
import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.Change;
import baedal.events.EventMessage;
import baedal.events.OrderEvent;
import baedal.events.Stay;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests reservations with a real database: crashes, duplicates, and replicas at the same time. */
class KitchenRoomTest extends KitchenFixture {

  private static final int DAYS = 6;

  @BeforeEach
  void openHotel() {
    db.hotel();
    resetRooms();
  }

  private void resetRooms() {
    db.rooms("deluxe", 5);
    db.rooms("suite", 5);
  }

  /** A stay from tomorrow for two nights, in two rooms of one type and one room of another. */
  private static OrderEvent.Paid twoNights(String orderId) {
    return paid(orderId, stay(1, 2), line("deluxe", 2), line("suite", 1));
  }

  private void assertTaken(int deluxe, int suite, String when) {
    for (int day = 1; day <= 2; day++) {
      assertThat(db.taken("deluxe", day)).as(when).isEqualTo(deluxe);
      assertThat(db.taken("suite", day)).as(when).isEqualTo(suite);
    }
    assertThat(db.taken("deluxe", 3)).as(when).isZero();
    assertThat(db.roomType("deluxe").takenByOrder()).as(when).isEmpty();
    assertThat(db.roomType("suite").takenByOrder()).as(when).isEmpty();
  }

  @Test
  void redelivery_repairs_a_crash_at_any_write_of_receiving_a_reservation() {
    crashAtEachWrite(
        (id, kitchen) -> handle(kitchen, redeliverable(twoNights(id))),
        (id, when) -> {
          assertThat(db.ticket(id).status()).isEqualTo(RECEIVED);
          assertThat(db.ticket(id).stockOwed()).isFalse();
          assertTaken(2, 1, when);
        });
  }

  @Test
  void redelivery_repairs_a_crash_at_any_write_of_rejecting_a_reservation() {
    crashAtEachWrite(
        (id, kitchen) -> {
          db.rooms("suite", 0);
          return handle(kitchen, redeliverable(twoNights(id)));
        },
        (id, when) -> {
          assertThat(db.ticket(id).status()).isEqualTo(REJECTED);
          assertThat(db.eventTypes(id)).containsExactly("store.order-rejected");
          assertTaken(0, 0, when);
        });
  }

  @Test
  void redelivery_repairs_a_crash_at_any_write_of_canceling_a_reservation() {
    crashAtEachWrite(
        (id, kitchen) -> {
          deliver(db.kitchen, redeliverable(twoNights(id)));
          return handle(kitchen, redeliverable(cancelRequested(id)));
        },
        (id, when) -> {
          assertThat(db.ticket(id).status()).isEqualTo(CANCELED);
          assertThat(db.eventTypes(id)).containsExactly("store.cancel-accepted");
          assertThat(db.ticket(id).stockOwed()).isFalse();
          assertTaken(0, 0, when);
        });
  }

  @Test
  void a_cancellation_after_a_crash_and_before_the_redelivery_gives_back_all_nights() {
    for (int nth = 0; nth < 8; nth++) {
      String id = "o-" + nth;
      resetRooms();
      EventMessage paid = message(twoNights(id));
      handle(db.crashing(nth, true), paid).otherwiseEmpty().await();
      deliver(db.kitchen, message(cancelRequested(id)));
      deliver(db.kitchen, paid);
      assertThat(db.ticket(id).status()).isEqualTo(CANCELED);
      assertTaken(0, 0, "cut at write " + nth);
    }
  }

  @Test
  void the_sweep_completes_reservations_and_cancellations_after_a_crash() {
    int writesBeforeTicket = 3;
    handle(db.crashing(writesBeforeTicket, false), message(twoNights("o-1")))
        .otherwiseEmpty()
        .await();
    assertThat(db.roomType("deluxe").takenByOrder()).containsKey("o-1");
    deliver(db.kitchen, message(twoNights("o-2")));
    db.repository
        .changeTicket("o-2", t -> Ticket.cancelRequested(t, cancelRequested("o-2"), NOON))
        .await();
    assertThat(db.taken("deluxe", 1)).isEqualTo(4);
    db.kitchen.start();
    await().until(() -> !db.ticket("o-1").stockOwed() && !db.ticket("o-2").stockOwed());
    db.kitchen.stop();
    assertTaken(2, 1, "after the sweep");
  }

  @Test
  void a_reservation_can_be_canceled_while_it_is_prepared_but_not_after_check_in() {
    for (String id : List.of("o-1", "o-2")) {
      deliver(db.kitchen, message(paid(id, stay(1, 2), line("deluxe", 1))));
      db.kitchen.act(id, KitchenFixture::accepted).await();
      db.kitchen.act(id, Ticket::start).await();
    }
    assertThat(db.ticket("o-1").status()).isEqualTo(COOKING);
    deliver(db.kitchen, message(cancelRequested("o-1")));
    db.kitchen.act("o-2", KitchenFixture::finished).await();
    deliver(db.kitchen, message(cancelRequested("o-2")));
    assertThat(db.ticket("o-1").status()).isEqualTo(CANCELED);
    assertThat(db.ticket("o-2").status()).isEqualTo(COOKED);
    assertThat(db.eventTypes("o-2")).endsWith("store.cook-finished", "store.cancel-refused");
    assertTaken(1, 0, "the guest who checked in keeps the room");
    assertThat(db.roomType("deluxe").sold()).isZero();
  }

  /** A dead letter may be replayed at any time, when the menu no longer remembers the order. */
  @Test
  void an_order_paid_that_is_delivered_again_later_gives_back_no_nights() {
    EventMessage paid = message(paid("o-1", stay(1, 2), line("deluxe", 1)));
    deliver(db.kitchen, paid);
    deliver(db.kitchen, message(cancelRequested("o-1")));
    deliver(db.kitchen, message(paid("o-2", stay(1, 2), line("deluxe", 1))));
    db.repository
        .changeMenu(
            Menu.key("h-1", "deluxe"),
            menu ->
                Change.of(
                    menu.withRoom(
                        new RoomType(
                            2, menu.room().attributes(), menu.room().nights(), List.of()))))
        .await();
    deliver(db.kitchen, paid);
    assertThat(db.taken("deluxe", 1)).isEqualTo(1);
  }

  @Test
  void an_update_with_other_nights_is_refused() {
    deliver(db.kitchen, message(twoNights("o-1")));
    OrderEvent.Paid longer = paid("o-1", stay(1, 3), line("deluxe", 2), line("suite", 1));
    OrderEvent.Updated update =
        new OrderEvent.Updated("o-1", longer.order().withVersion(3), true, NOON);
    deliver(db.kitchen, message(update));
    assertThat(db.ticket("o-1").details().stay()).isEqualTo(stay(1, 2));
    assertThat(db.eventTypes("o-1")).containsExactly("store.update-refused");
  }

  @Test
  void an_order_without_a_stay_gets_no_room() {
    deliver(db.kitchen, message(paid("o-1", null, line("deluxe", 1))));
    assertThat(db.ticket("o-1").status()).isEqualTo(REJECTED);
    assertThat(db.ticket("o-1").reason()).isEqualTo("OUT_OF_STOCK");
  }

  @Test
  void the_last_room_of_a_night_is_sold_to_one_of_many_orders() {
    db.rooms("deluxe", 1);
    List<Future<?>> all = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Kitchen kitchen = i % 2 == 0 ? db.kitchen : db.replica();
      Stay stay = i % 4 == 0 ? stay(1, 3) : stay(3, 1 + i % 2);
      all.add(handle(kitchen, message(paid("o-" + i, stay, line("deluxe", 1)))));
    }
    Future.all(all).await();
    assertThat(all.stream().map(f -> ((Ticket) f.result()).status()))
        .containsOnlyOnce(RECEIVED)
        .filteredOn(status -> status == REJECTED)
        .hasSize(19);
    assertThat(db.taken("deluxe", 3)).isEqualTo(1);
  }

  @Test
  void stays_that_share_no_night_all_get_the_only_room() {
    db.rooms("deluxe", 1);
    List<Future<?>> all = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      Kitchen kitchen = i % 2 == 0 ? db.kitchen : db.replica();
      all.add(handle(kitchen, message(paid("o-" + i, stay(2 * i, 2), line("deluxe", 1)))));
    }
    Future.all(all).await();
    assertThat(all).allMatch(f -> ((Ticket) f.result()).status() == RECEIVED);
  }

  @Test
  void events_and_actions_at_several_replicas_leave_counts_equal_to_the_tickets() {
    Random random = new Random(7);
    List<Kitchen> kitchens = List.of(db.kitchen, db.replica(), db.replica());
    List<Future<?>> all = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      String id = "o-" + i;
      EventMessage paid =
          redeliverable(
              paid(
                  id,
                  stay(random.nextInt(4), 1 + random.nextInt(3)),
                  line("deluxe", 1 + random.nextInt(2)),
                  line("suite", 1)));
      for (int times = 0; times < 2; times++) {
        all.add(handle(kitchens.get(random.nextInt(3)), paid));
      }
      if (random.nextInt(3) > 0) {
        all.add(
            random.nextBoolean()
                ? handle(kitchens.get(random.nextInt(3)), redeliverable(cancelRequested(id)))
                : all.get(all.size() - 1)
                    .compose(
                        v ->
                            kitchens
                                .get(random.nextInt(3))
                                .act(id, KitchenRoomTest::rejectedIfOpen)));
      }
    }
    Future.all(all).await();
    for (String menuId : List.of("deluxe", "suite")) {
      assertThat(db.roomType(menuId).takenByOrder()).isEmpty();
      for (int day = 0; day < DAYS; day++) {
        assertThat(db.taken(menuId, day))
            .as(menuId + ", day " + day)
            .isEqualTo(onTickets(menuId, day))
            .isBetween(0, 5);
      }
    }
  }

  private static Change<Ticket> rejectedIfOpen(Ticket ticket, Instant now) {
    return ticket.status() == RECEIVED ? ticket.reject("만실", now) : Change.none(ticket);
  }

  private int onTickets(String menuId, int inDays) {
    int rooms = 0;
    for (int i = 0; i < 60; i++) {
      Ticket ticket = db.ticket("o-" + i);
      if (ticket.status() == RECEIVED
          && ticket.details().stay().nights().contains(Hotels.TODAY.plusDays(inDays))) {
        rooms += ticket.takenByMenu().get(menuId);
      }
    }
    return rooms;
  }

  private interface Step {
    Future<?> on(String orderId, Kitchen kitchen);
  }

  private interface Expected {
    void check(String orderId, String when);
  }

  /** Crashes the step before or after each of its writes, then repeats it at two replicas. */
  private void crashAtEachWrite(Step step, Expected expected) {
    for (int nth = 0; nth < 9; nth++) {
      for (boolean written : List.of(false, true)) {
        resetRooms();
        String id = "o-" + nth + written;
        step.on(id, db.crashing(nth, written)).otherwiseEmpty().await();
        step.on(id, db.kitchen).await();
        step.on(id, db.replica()).await();
        expected.check(id, "cut at write " + nth + (written ? "" : " before it was stored"));
      }
    }
  }
}
