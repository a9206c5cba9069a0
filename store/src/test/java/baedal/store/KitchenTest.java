package baedal.store;

import static baedal.store.Samples.NOON;
import static baedal.store.Samples.cancelRequested;
import static baedal.store.Samples.line;
import static baedal.store.Samples.paid;
import static baedal.store.Samples.updated;
import static baedal.store.TicketStatus.ACCEPTED;
import static baedal.store.TicketStatus.CANCELED;
import static baedal.store.TicketStatus.COOKING;
import static baedal.store.TicketStatus.RECEIVED;
import static baedal.store.TicketStatus.REJECTED;
import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.Change;
import baedal.events.EventMessage;
import baedal.events.OrderEvent;
import baedal.events.StoreEvent;
import baedal.testkit.SuiteSize;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tests tickets and their stock in a real database, with concurrent events and actions. */
class KitchenTest extends KitchenFixture {

  private static final int RACES = SuiteSize.of("baedal.kitchen.races", 60, 300);
  private static final int SEEDS = SuiteSize.of("baedal.kitchen.seeds", 60, 300);

  @Test
  void a_repeated_order_paid_opens_one_ticket_and_takes_the_stock_once() {
    EventMessage message = message(paid("o", line("fried", 2), line("fried", 1), line("cola", 1)));
    deliver(db.kitchen, message);
    deliver(db.kitchen, message);
    deliver(db.replica(), message(message.data()));
    assertThat(db.ticket("o").status()).isEqualTo(RECEIVED);
    assertThat(db.stock("fried")).isEqualTo(97);
    assertThat(db.stock("cola")).isEqualTo(99);
    assertThat(db.eventTypes("o")).isEmpty();
  }

  @Test
  void an_order_with_one_sold_out_menu_is_rejected_and_returns_all_stock() {
    db.menu("pizza", 0);
    EventMessage message = message(paid("o", line("cola", 1), line("pizza", 1)));
    deliver(db.kitchen, message);
    deliver(db.kitchen, message);
    assertThat(db.ticket("o").status()).isEqualTo(REJECTED);
    assertThat(db.ticket("o").reason()).isEqualTo("OUT_OF_STOCK");
    assertThat(db.ticket("o").stockOwed()).isFalse();
    assertThat(db.stock("cola")).isEqualTo(100);
    assertThat(db.eventTypes("o")).containsExactly("store.order-rejected");
  }

  @Test
  void an_order_is_rejected_if_the_store_is_closed_or_a_menu_is_unknown() {
    deliver(db.kitchen, message(paid("menu", line("nothing", 1))));
    db.open(false);
    deliver(db.kitchen, message(paid("closed", line("fried", 1))));
    assertThat(db.ticket("menu").reason()).isEqualTo("OUT_OF_STOCK");
    assertThat(db.ticket("closed").reason()).isEqualTo("STORE_CLOSED");
    assertThat(db.stock("fried")).isEqualTo(100);
  }

  @Test
  void one_of_two_concurrent_orders_gets_the_last_portions_of_two_menus() {
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
  void concurrent_orders_of_one_menu_are_received_until_it_is_sold_out() {
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
  void two_replicas_that_receive_the_same_order_open_one_ticket() {
    for (int round = 0; round < RACES / 3; round++) {
      db.menu("fried", 3);
      EventMessage message = message(paid("o-" + round, line("fried", 2)));
      Future.all(handle(db.kitchen, message), handle(db.replica(), message)).await();
      assertThat(db.ticket("o-" + round).status()).isEqualTo(RECEIVED);
      assertThat(db.stock("fried")).as("round " + round).isEqualTo(1);
    }
  }

  @Test
  void a_cancellation_concurrent_with_the_start_of_cooking_has_one_outcome() {
    for (int round = 0; round < RACES; round++) {
      String id = "o-" + round;
      db.menu("fried", 2);
      deliver(db.kitchen, message(paid(id, line("fried", 2))));
      db.kitchen.act(id, KitchenFixture::accepted).await();
      Future<?> start = db.replica().act(id, Ticket::start);
      Future<?> cancel = handle(db.kitchen, message(cancelRequested(id)));
      Future.join(start, cancel).otherwiseEmpty().await();
      assertThat(cancel.succeeded()).isTrue();
      if (start.succeeded()) {
        assertThat(db.ticket(id).status()).isEqualTo(COOKING);
        assertThat(db.eventTypes(id))
            .containsExactly("store.order-accepted", "store.cook-started", "store.cancel-refused");
        assertThat(db.stock("fried")).isZero();
      } else {
        assertThat(db.ticket(id).status()).isEqualTo(CANCELED);
        assertThat(db.eventTypes(id))
            .containsExactly("store.order-accepted", "store.cancel-accepted");
        assertThat(db.stock("fried")).isEqualTo(2);
      }
    }
  }

  @Test
  void an_update_of_an_unpaid_order_creates_no_ticket() {
    OrderEvent.Updated update =
        new OrderEvent.Updated("o", updated(3, "early").order(), false, NOON);
    deliver(db.kitchen, message(update));
    assertThat(db.ticket("o")).isNull();
  }

  @Test
  void stock_of_a_cooked_order_stays_sold() {
    deliver(db.kitchen, message(paid("o", line("fried", 2))));
    db.kitchen.act("o", KitchenFixture::accepted).await();
    db.kitchen.act("o", Ticket::start).await();
    db.kitchen.act("o", KitchenFixture::finished).await();
    assertThat(db.repository.menu("s-1", "fried").await().takenByOrder()).isEmpty();
    assertThat(db.stock("fried")).isEqualTo(98);
    assertThat(db.eventTypes("o"))
        .containsExactly("store.order-accepted", "store.cook-started", "store.cook-finished");
  }

  @Test
  void each_menu_changed_event_has_the_next_revision() {
    for (int order = 0; order < 10; order++) {
      deliver(db.kitchen, message(paid("o-" + order, line("fried", 1))));
    }
    List<StoreEvent.MenuChanged> changes =
        db.pending("menus", Menu.key("s-1", "fried")).stream()
            .map(message -> (StoreEvent.MenuChanged) message.data())
            .toList();
    assertThat(changes)
        .extracting(StoreEvent.MenuChanged::revision)
        .containsExactlyElementsOf(IntStream.rangeClosed(1, 11).mapToObj(Long::valueOf).toList());
    assertThat(changes.get(10).stock()).isEqualTo(90);
  }

  @Test
  void the_kitchen_board_lists_tickets_oldest_first_without_unknown_orders() {
    deliver(db.kitchen, message(cancelRequested("a")));
    for (String id : List.of("d", "b", "c")) {
      deliver(db.kitchen, message(paid(id, line("fried", 1))));
    }
    db.kitchen.act("c", KitchenFixture::accepted).await();
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

  /** Free + held + sold = the sum before + the differences that the owner added or set. */
  @Test
  void concurrent_orders_and_stock_changes_keep_the_sum_of_the_stock() {
    for (int seed = 0; seed < SEEDS / 10; seed++) {
      Random random = new Random(seed);
      db.menu("fried", 40);
      Menu before = db.repository.menu("s-1", "fried").await();
      List<Future<?>> all = new ArrayList<>();
      List<AtomicInteger> added = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        String id = "o-" + seed + "-" + i;
        all.add(orderWithRandomEnd(id, random));
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

  /** Receives an order, and then cancels, rejects or cooks it, or leaves it RECEIVED. */
  private Future<?> orderWithRandomEnd(String id, Random random) {
    Kitchen kitchen = random.nextBoolean() ? db.kitchen : db.replica();
    int end = random.nextInt(4);
    Future<?> received = handle(kitchen, message(paid(id, line("fried", 1 + random.nextInt(4)))));
    return switch (end) {
      case 0 -> received.compose(v -> handle(kitchen, message(cancelRequested(id))));
      case 1 ->
          received.compose(v -> kitchen.act(id, (ticket, now) -> ticket.reject("재료 소진", now)));
      case 2 ->
          received
              .compose(v -> kitchen.act(id, KitchenFixture::accepted))
              .compose(v -> kitchen.act(id, Ticket::start))
              .compose(v -> kitchen.act(id, KitchenFixture::finished));
      default -> received;
    };
  }

  /**
   * Changes the menu as its owner does. A transition may run several times; the last run is the one
   * that was saved.
   */
  private Future<?> ownerChanges(Random random, List<AtomicInteger> added) {
    StoreRepository replica = random.nextBoolean() ? db.repository : db.replicaRepository();
    int kind = random.nextInt(3);
    int number = random.nextInt(30);
    AtomicInteger difference = new AtomicInteger();
    Future<Menu> change =
        replica.changeMenu(
            Menu.key("s-1", "fried"),
            before -> {
              MenuForm form = Samples.form("fried", 18_000 + number, number);
              Change<Menu> next =
                  switch (kind) {
                    case 0 -> before.add(Samples.STORE, number - 15, NOON);
                    case 1 -> Menu.put(before, Samples.STORE, "fried", form, NOON);
                    default ->
                        before.revise(
                            Samples.STORE,
                            new MenuForm(null, 1L + number, null, null, RoomForm.EMPTY),
                            NOON);
                  };
              difference.set(next.state().stock() - before.stock());
              return next;
            });
    return change.onSuccess(v -> added.add(difference));
  }

  private int held() {
    return db.repository.tickets("s-1", null, null, 10_000).await().stream()
        .filter(ticket -> List.of(RECEIVED, ACCEPTED, COOKING).contains(ticket.status()))
        .mapToInt(ticket -> ticket.takenByMenu().getOrDefault("fried", 0))
        .sum();
  }
}
