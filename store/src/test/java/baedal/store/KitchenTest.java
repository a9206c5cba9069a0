package baedal.store;

import static baedal.store.Samples.NOON;
import static baedal.store.Samples.cancelRequested;
import static baedal.store.Samples.line;
import static baedal.store.Samples.paid;
import static baedal.store.Samples.updated;
import static baedal.store.TicketStatus.ACCEPTED;
import static baedal.store.TicketStatus.CANCELED;
import static baedal.store.TicketStatus.COOKED;
import static baedal.store.TicketStatus.COOKING;
import static baedal.store.TicketStatus.RECEIVED;
import static baedal.store.TicketStatus.REJECTED;
import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.Change;
import baedal.events.Event;
import baedal.events.EventMessage;
import baedal.events.EventMessages;
import baedal.events.Line;
import baedal.events.OrderEvent;
import baedal.events.StoreEvent;
import baedal.runtime.Boot;
import baedal.runtime.TransientFailures;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tickets and stock in a real database: many at once, events that stray, and crashes. */
class KitchenTest {

  private static final int RACES = 300;
  private static final int SEEDS = 300;

  private final Vertx vertx = Boot.vertx();
  private final Database db = new Database(vertx);

  @BeforeEach
  void stock() {
    db.menu("fried", 100);
    db.menu("cola", 100);
  }

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void an_order_opens_a_ticket_and_takes_its_stock_once() {
    EventMessage message = message(paid("o", line("fried", 2), line("fried", 1), line("cola", 1)));
    deliver(db.kitchen, message);
    deliver(db.kitchen, message);
    deliver(db.replica(), message(message.data()));
    assertThat(db.ticket("o").status()).isEqualTo(RECEIVED);
    assertThat(db.stock("fried")).isEqualTo(97);
    assertThat(db.stock("cola")).isEqualTo(99);
    assertThat(db.told("o")).isEmpty();
  }

  @Test
  void when_one_line_is_sold_out_the_others_go_back_and_the_order_is_rejected() {
    db.menu("pizza", 0);
    EventMessage message = message(paid("o", line("cola", 1), line("pizza", 1)));
    deliver(db.kitchen, message);
    deliver(db.kitchen, message);
    assertThat(db.ticket("o").status()).isEqualTo(REJECTED);
    assertThat(db.ticket("o").reason()).isEqualTo("OUT_OF_STOCK");
    assertThat(db.ticket("o").stockOwed()).isFalse();
    assertThat(db.stock("cola")).isEqualTo(100);
    assertThat(db.told("o")).containsExactly("store.order-rejected");
  }

  @Test
  void a_closed_store_an_unknown_store_and_an_unknown_menu_reject_by_themselves() {
    deliver(db.kitchen, message(paid("menu", line("nothing", 1))));
    db.open(false);
    deliver(db.kitchen, message(paid("closed", line("fried", 1))));
    assertThat(db.ticket("menu").reason()).isEqualTo("OUT_OF_STOCK");
    assertThat(db.ticket("closed").reason()).isEqualTo("STORE_CLOSED");
    assertThat(db.stock("fried")).isEqualTo(100);
  }

  @Test
  void the_last_portion_goes_to_exactly_one_of_those_who_want_it() {
    for (int round = 0; round < RACES; round++) {
      db.menu("fried", 1);
      db.menu("cola", 1);
      String one = "one-" + round;
      String other = "other-" + round;
      Future.all(
              handle(db.kitchen, message(paid(one, line("fried", 1), line("cola", 1)))),
              handle(db.replica(), message(paid(other, line("cola", 1), line("fried", 1)))))
          .await();
      assertThat(List.of(db.ticket(one).status(), db.ticket(other).status()))
          .as("round " + round)
          .containsExactlyInAnyOrder(RECEIVED, REJECTED);
      assertThat(db.stock("fried")).isZero();
      assertThat(db.stock("cola")).isZero();
    }
  }

  @Test
  void a_menu_that_everybody_wants_at_once_loses_no_order() {
    List<Future<?>> all = new ArrayList<>();
    for (int order = 0; order < 130; order++) {
      all.add(handle(db.kitchen, message(paid("o-" + order, line("fried", 1)))));
    }
    Future.all(all).await();
    long received =
        IntStream.range(0, 130).filter(i -> db.ticket("o-" + i).status() == RECEIVED).count();
    assertThat(received).isEqualTo(100);
    assertThat(db.stock("fried")).isZero();
  }

  @Test
  void the_same_order_at_two_replicas_at_once_opens_one_ticket() {
    for (int round = 0; round < RACES / 3; round++) {
      db.menu("fried", 3);
      EventMessage message = message(paid("o-" + round, line("fried", 2)));
      Future.all(handle(db.kitchen, message), handle(db.replica(), message)).await();
      assertThat(db.ticket("o-" + round).status()).isEqualTo(RECEIVED);
      assertThat(db.stock("fried")).as("round " + round).isEqualTo(1);
    }
  }

  @Test
  void cancel_against_start_ends_in_one_story() {
    for (int round = 0; round < RACES; round++) {
      String id = "o-" + round;
      db.menu("fried", 2);
      deliver(db.kitchen, message(paid(id, line("fried", 2))));
      db.kitchen.act(id, KitchenTest::accepted).await();
      Future<?> start = db.replica().act(id, Ticket::start);
      Future<?> cancel = handle(db.kitchen, message(cancelRequested(id)));
      Future.join(start, cancel).otherwiseEmpty().await();
      assertThat(cancel.succeeded()).isTrue();
      if (start.succeeded()) {
        assertThat(db.ticket(id).status()).isEqualTo(COOKING);
        assertThat(db.told(id))
            .containsExactly("store.order-accepted", "store.cook-started", "store.cancel-refused");
        assertThat(db.stock("fried")).isZero();
      } else {
        assertThat(db.ticket(id).status()).isEqualTo(CANCELED);
        assertThat(db.told(id)).containsExactly("store.order-accepted", "store.cancel-accepted");
        assertThat(db.stock("fried")).isEqualTo(2);
      }
    }
  }

  @Test
  void any_order_and_any_duplicates_of_an_order_that_was_canceled_leave_nothing_taken() {
    for (int seed = 0; seed < SEEDS; seed++) {
      String id = "o-" + seed;
      play(
          seed,
          message(paid(id, line("fried", 2), line("cola", 1))),
          message(updated(id, 4, "fourth", line("fried", 2), line("cola", 1))),
          message(updated(id, 5, "fifth", line("fried", 2), line("cola", 1))),
          message(cancelRequested(id)));
      assertThat(db.ticket(id).status()).as("seed " + seed).isEqualTo(CANCELED);
      assertThat(db.told(id)).as("seed " + seed).containsExactly("store.cancel-accepted");
      assertThat(db.stock("fried")).as("seed " + seed).isEqualTo(100);
      assertThat(db.stock("cola")).as("seed " + seed).isEqualTo(100);
    }
  }

  @Test
  void any_order_and_any_duplicates_of_changes_show_the_newest() {
    for (int seed = 0; seed < SEEDS; seed++) {
      String id = "o-" + seed;
      db.menu("fried", 1);
      play(
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

  /** As many changes as there are come before the cook begins; each other one is refused once. */
  @Test
  void any_order_and_any_duplicates_of_changes_while_the_cook_begins_cook_what_is_told() {
    for (int seed = 0; seed < SEEDS; seed++) {
      String id = "o-" + seed;
      int changes = seed % 3;
      db.menu("fried", 1);
      EventMessage paid = message(paid(id, line("fried", 1)));
      EventMessage fourth = message(updated(id, 4, "fourth", line("fried", 1)));
      EventMessage fifth = message(updated(id, 5, "fifth", line("fried", 1)));
      play(seed, List.of(paid, fourth, fifth).subList(0, 1 + changes).toArray(EventMessage[]::new));
      db.kitchen.act(id, KitchenTest::accepted).await();
      db.kitchen.act(id, Ticket::start).await();
      play(seed, paid, fourth, fifth);
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
  void any_order_and_any_duplicates_of_an_order_that_finds_nothing_leave_nothing_taken() {
    db.menu("pizza", 1);
    for (int seed = 0; seed < SEEDS; seed++) {
      String id = "o-" + seed;
      play(
          seed,
          message(paid(id, line("cola", 1), line("pizza", 2))),
          message(updated(id, 4, "fourth", line("cola", 1), line("pizza", 2))),
          message(cancelRequested(id)));
      boolean canceled = db.ticket(id).status() == CANCELED;
      assertThat(db.ticket(id).status()).as("seed " + seed).isIn(CANCELED, REJECTED);
      assertThat(db.told(id))
          .as("seed " + seed)
          .containsExactly(canceled ? "store.cancel-accepted" : "store.order-rejected");
      assertThat(db.ticket(id).stockOwed()).isFalse();
      assertThat(db.stock("cola")).as("seed " + seed).isEqualTo(100);
      assertThat(db.stock("pizza")).as("seed " + seed).isEqualTo(1);
    }
  }

  @Test
  void a_change_of_an_order_that_is_not_paid_is_none_of_the_kitchens_business() {
    OrderEvent.Updated update =
        new OrderEvent.Updated("o", updated(3, "early").order(), false, NOON);
    deliver(db.kitchen, message(update));
    assertThat(db.ticket("o")).isNull();
  }

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
          assertThat(db.told(id)).containsExactly("store.order-rejected");
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
          assertThat(db.told(id)).containsExactly("store.cancel-accepted");
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
              .act(id, KitchenTest::acceptedAtLeast)
              .compose(v -> kitchen.act(id, KitchenTest::startedAtLeast))
              .compose(v -> kitchen.act(id, KitchenTest::finished));
        },
        id -> {
          assertThat(db.ticket(id).status()).isEqualTo(COOKED);
          assertThat(db.ticket(id).stockOwed()).isFalse();
          assertThat(db.told(id))
              .containsExactly("store.order-accepted", "store.cook-started", "store.cook-finished");
          Menu fried = db.repository.menu("s-1", "fried").await();
          assertThat(fried.stock()).isEqualTo(98);
          assertThat(fried.taken()).isEmpty();
        });
  }

  private static Change<Ticket> accepted(Ticket ticket, Instant now) {
    return ticket.accept("owner-1", now);
  }

  private static Change<Ticket> finished(Ticket ticket, Instant now) {
    return ticket.finish("owner-1", now);
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
    db.kitchen.act("o", KitchenTest::accepted).await();
    db.kitchen.act("o", Ticket::start).await();
    db.repository.changeTicket("o", ticket -> finished(ticket, NOON)).await();
    db.kitchen.start();
    await().until(() -> !db.ticket("o").stockOwed());
    db.kitchen.stop();
    Menu fried = db.repository.menu("s-1", "fried").await();
    assertThat(fried.taken()).isEmpty();
    assertThat(fried.sold()).isEqualTo(2);
    assertThat(fried.stock()).isEqualTo(98);
  }

  @Test
  void a_replica_that_still_holds_the_order_when_it_is_cooked_takes_no_stock_again() {
    EventMessage paid = message(paid("o", line("fried", 2)));
    deliver(db.kitchen, paid);
    db.kitchen.act("o", KitchenTest::accepted).await();
    db.kitchen.act("o", Ticket::start).await();
    db.kitchen.act("o", KitchenTest::finished).await();
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
      db.kitchen.act("o-" + name, KitchenTest::accepted).await();
      db.kitchen.act("o-" + name, (ticket, now) -> ticket.reject("재료 소진", now)).await();
      assertThat(db.stock(name)).as(name).isEqualTo(10);
      assertThat(db.ticket("o-" + name).taken()).as(name).containsEntry(name, 2);
    }
  }

  @Test
  void what_was_cooked_stays_sold() {
    deliver(db.kitchen, message(paid("o", line("fried", 2))));
    db.kitchen.act("o", KitchenTest::accepted).await();
    db.kitchen.act("o", Ticket::start).await();
    db.kitchen.act("o", KitchenTest::finished).await();
    assertThat(db.repository.menu("s-1", "fried").await().taken()).isEmpty();
    assertThat(db.stock("fried")).isEqualTo(98);
    assertThat(db.told("o"))
        .containsExactly("store.order-accepted", "store.cook-started", "store.cook-finished");
  }

  @Test
  void every_change_of_a_menu_is_told_with_the_next_revision() {
    for (int order = 0; order < 10; order++) {
      deliver(db.kitchen, message(paid("o-" + order, line("fried", 1))));
    }
    List<StoreEvent.MenuChanged> told =
        db.pending("menus", Menu.key("s-1", "fried")).stream()
            .map(message -> (StoreEvent.MenuChanged) message.data())
            .toList();
    assertThat(told)
        .extracting(StoreEvent.MenuChanged::revision)
        .containsExactlyElementsOf(IntStream.rangeClosed(1, 11).mapToObj(Long::valueOf).toList());
    assertThat(told.get(10).stock()).isEqualTo(90);
  }

  @Test
  void the_board_shows_the_oldest_first_and_no_cancellation_of_the_unknown() {
    deliver(db.kitchen, message(cancelRequested("a")));
    for (String id : List.of("d", "b", "c")) {
      deliver(db.kitchen, message(paid(id, line("fried", 1))));
    }
    db.kitchen.act("c", KitchenTest::accepted).await();
    assertThat(db.repository.tickets("s-1", null, null, 10).await())
        .extracting(Ticket::id)
        .containsExactly("b", "c", "d");
    assertThat(db.repository.tickets("s-1", null, "b", 1).await())
        .extracting(Ticket::id)
        .containsExactly("c");
    assertThat(db.repository.tickets("s-1", ACCEPTED.name(), null, 10).await())
        .extracting(Ticket::id)
        .containsExactly("c");
  }

  /** Free + held + sold is what there was and what the owner added or set since. */
  @Test
  void orders_and_the_owner_at_once_keep_the_balance_of_the_stock() {
    for (int seed = 0; seed < SEEDS / 10; seed++) {
      Random random = new Random(seed);
      db.menu("fried", 40);
      Menu before = db.repository.menu("s-1", "fried").await();
      List<Future<?>> all = new ArrayList<>();
      List<AtomicInteger> added = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        String id = "o-" + seed + "-" + i;
        all.add(story(id, random));
        all.add(ownerChanges(random, added));
      }
      Future.join(all).otherwiseEmpty().await();
      db.kitchen.start();
      await().until(() -> db.repository.owingStock("").await().isEmpty());
      db.kitchen.stop();
      Menu after = db.repository.menu("s-1", "fried").await();
      int sum = added.stream().mapToInt(AtomicInteger::get).sum();
      assertThat(after.stock()).as("seed " + seed).isNotNegative();
      assertThat(after.stock() + after.held() + after.sold())
          .as("seed " + seed)
          .isEqualTo(40 + before.held() + before.sold() + sum);
      assertThat(after.held()).as("seed " + seed).isEqualTo(held());
    }
  }

  /** An order is paid, and then perhaps canceled, rejected or cooked. */
  private Future<?> story(String id, Random random) {
    Kitchen kitchen = random.nextBoolean() ? db.kitchen : db.replica();
    int end = random.nextInt(4);
    Future<?> received = handle(kitchen, message(paid(id, line("fried", 1 + random.nextInt(4)))));
    return switch (end) {
      case 0 -> received.compose(v -> handle(kitchen, message(cancelRequested(id))));
      case 1 ->
          received.compose(v -> kitchen.act(id, (ticket, now) -> ticket.reject("재료 소진", now)));
      case 2 ->
          received
              .compose(v -> kitchen.act(id, KitchenTest::accepted))
              .compose(v -> kitchen.act(id, Ticket::start))
              .compose(v -> kitchen.act(id, KitchenTest::finished));
      default -> received;
    };
  }

  /** What the change that was saved added to the menu is the last to be noted. */
  private Future<?> ownerChanges(Random random, List<AtomicInteger> added) {
    StoreRepository replica = random.nextBoolean() ? db.repository : db.replicaRepository();
    int kind = random.nextInt(3);
    int number = random.nextInt(30);
    AtomicInteger by = new AtomicInteger();
    Future<Menu> change =
        replica.changeMenu(
            Menu.key("s-1", "fried"),
            before -> {
              MenuForm form = Samples.form("fried", 18_000 + number, number);
              Change<Menu> next =
                  switch (kind) {
                    case 0 -> before.add(number - 15, NOON);
                    case 1 -> Menu.put(before, "s-1", "fried", form, NOON);
                    default -> before.revise(new MenuForm(null, 1L + number, null, null), NOON);
                  };
              by.set(next.state().stock() - before.stock());
              return next;
            });
    return change.onSuccess(v -> added.add(by));
  }

  private int held() {
    return db.repository.tickets("s-1", null, null, 10_000).await().stream()
        .filter(ticket -> List.of(RECEIVED, ACCEPTED, COOKING).contains(ticket.status()))
        .mapToInt(ticket -> ticket.taken().getOrDefault("fried", 0))
        .sum();
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

  /** In a random order, some of them more than once; what comes too early comes again. */
  private void play(int seed, EventMessage... events) {
    Random random = new Random(seed);
    List<EventMessage> mail = new ArrayList<>(List.of(events));
    for (int i = random.nextInt(4); i > 0; i--) {
      mail.add(events[random.nextInt(events.length)]);
    }
    Collections.shuffle(mail, random);
    for (int tries = 0; !mail.isEmpty() && tries < 100; tries++) {
      EventMessage next = mail.remove(0);
      Future<?> done = handle(random.nextBoolean() ? db.kitchen : db.replica(), next);
      done.otherwiseEmpty().await();
      if (done.failed()) {
        assertThat(done.cause()).matches(TransientFailures::isOutage);
        mail.add(next);
      }
    }
    assertThat(mail).as("seed " + seed).isEmpty();
  }

  private static void deliver(Kitchen kitchen, EventMessage message) {
    handle(kitchen, message).await();
  }

  private static Future<?> handle(Kitchen kitchen, EventMessage message) {
    return switch (message.type()) {
      case "order.paid" -> kitchen.receive(message, (OrderEvent.Paid) message.data());
      case "order.updated" -> kitchen.updated(message, (OrderEvent.Updated) message.data());
      default -> kitchen.cancelRequested(message, (OrderEvent.CancelRequested) message.data());
    };
  }

  private static EventMessage message(Event event) {
    return EventMessages.wrap(List.of(event), 1, NOON).get(0);
  }

  /** The same message, whenever it is asked for. */
  private static EventMessage sent(Event event) {
    EventMessage message = message(event);
    return new EventMessage(
        message.type() + "-" + message.subject(),
        message.type(),
        message.subject(),
        1,
        NOON,
        null,
        event);
  }
}
