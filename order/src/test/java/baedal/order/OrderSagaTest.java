package baedal.order;

import static baedal.order.OrderStatus.ACCEPTED;
import static baedal.order.OrderStatus.CANCELED;
import static baedal.order.OrderStatus.CANCEL_REQUESTED;
import static baedal.order.OrderStatus.COOKED;
import static baedal.order.OrderStatus.COOKING;
import static baedal.order.OrderStatus.DELIVERED;
import static baedal.order.OrderStatus.PICKED;
import static baedal.order.OrderStatus.REJECTED;
import static baedal.order.Samples.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.Change;
import baedal.events.Event;
import baedal.events.OrderEvent;
import baedal.events.PaymentMethod;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whole sagas against the pure domain. Events reach an order in any order and any number of times;
 * only that nobody answers before being asked is taken for granted. The seed in a test's name
 * repeats it.
 */
class OrderSagaTest {

  private static final int SEEDS = 2_000;

  private static final List<Function<Order, Change<Order>>> GOOD_LIFE =
      List.of(
          order -> FulfilmentProgress.reached(order, ACCEPTED, NOON),
          order -> FulfilmentProgress.reached(order, COOKING, NOON),
          order -> FulfilmentProgress.reached(order, COOKED, NOON),
          order -> FulfilmentProgress.reached(order, PICKED, NOON),
          order -> FulfilmentProgress.delivered(order, "r-7", 40_000, NOON));

  @Test
  void any_order_and_any_duplicates_of_a_good_life_deliver_it_once() {
    Order straight = play(promised(), GOOD_LIFE).order;
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      List<Function<Order, Change<Order>>> events = new ArrayList<>(GOOD_LIFE);
      for (int i = random.nextInt(6); i > 0; i--) {
        events.add(GOOD_LIFE.get(random.nextInt(GOOD_LIFE.size())));
      }
      Collections.shuffle(events, random);
      Played played = play(promised(), events);
      assertThat(played.order.status()).as("seed " + seed).isEqualTo(straight.status());
      assertThat(count(played.told, OrderEvent.Delivered.class)).as("seed " + seed).isOne();
      assertThat(count(played.told, OrderEvent.Collected.class)).as("seed " + seed).isOne();
    }
  }

  static IntStream seeds() {
    return IntStream.range(0, 20);
  }

  /** A hundred worlds a seed; each ends when nobody has anything left to do. */
  @ParameterizedTest(name = "seeds from {0}00")
  @MethodSource("seeds")
  void whatever_crosses_on_the_way_order_kitchen_and_money_agree_in_the_end(int hundreds) {
    for (int seed = hundreds * 100; seed < hundreds * 100 + 100; seed++) {
      World world = new World(new Random(seed)).run();
      world.agrees("seed " + seed);
    }
  }

  @Test
  void the_worlds_see_every_end_there_is() {
    List<OrderStatus> ends =
        IntStream.range(0, 200)
            .mapToObj(seed -> new World(new Random(seed)).run().order.status())
            .distinct()
            .toList();
    assertThat(ends).containsExactlyInAnyOrder(CANCELED, REJECTED, DELIVERED);
  }

  private record Played(Order order, List<Event> told) {}

  private static Played play(Order start, List<Function<Order, Change<Order>>> events) {
    Order order = start;
    List<Event> told = new ArrayList<>();
    for (Function<Order, Change<Order>> event : events) {
      Change<Order> change = event.apply(order);
      order = change.state();
      told.addAll(change.events());
    }
    return new Played(order, told);
  }

  private static Order promised() {
    return Samples.paid(Samples.placed(), PaymentMethod.ON_DELIVERY);
  }

  private static long count(List<Event> told, Class<? extends Event> type) {
    return told.stream().filter(type::isInstance).count();
  }

  /**
   * A customer who wavers, a kitchen with a ticket, a cashier, and mail between them that strays.
   */
  private static final class World {

    private final Random random;
    private final List<Function<Order, Change<Order>>> mail = new ArrayList<>();
    private final List<Event> told = new ArrayList<>();
    private Order order = promised();
    private int mind = 3;
    private String ticket = "RECEIVED";
    private String memo = order.details().memo();
    private long shown = order.details().version();
    private int asked;
    private int owed;
    private int changed;

    World(Random random) {
      this.random = random;
    }

    World run() {
      for (int step = 0; step < 400; step++) {
        switch (random.nextInt(5)) {
          case 0 -> customer();
          case 1 -> kitchen();
          case 2 -> cashier();
          default -> deliver(random.nextInt(4) > 0);
        }
      }
      while (!ticketClosed() || !mail.isEmpty() || asked + owed + changed > 0) {
        kitchen();
        cashier();
        deliver(true);
      }
      return this;
    }

    private boolean ticketClosed() {
      return List.of("REJECTED", "CANCELED", "GONE").contains(ticket);
    }

    private void customer() {
      if (mind == 0 || !List.of(OrderStatus.PAID, ACCEPTED).contains(order.status())) {
        return;
      }
      mind--;
      if (random.nextInt(3) == 0) {
        happened(Cancellation.request(order, "", NOON));
      } else {
        happened(OrderUpdate.change(order, null, null, "memo " + mind, NOON));
      }
    }

    /** The store hears of requests in the order in which they were made, its own pace aside. */
    private void kitchen() {
      if (changed > 0 && random.nextBoolean()) {
        OrderEvent.Updated update = updates().get(updates().size() - changed--);
        if (ticket.equals("RECEIVED") || ticket.equals("ACCEPTED")) {
          shown = update.order().version();
          memo = update.order().memo();
        } else {
          long kept = shown;
          mail.add(o -> OrderUpdate.refusedByStore(o, kept, NOON));
        }
        return;
      }
      if (asked > 0 && changed == 0 && random.nextBoolean()) {
        asked--;
        if (ticket.equals("RECEIVED") || ticket.equals("ACCEPTED")) {
          ticket = "CANCELED";
          mail.add(o -> Cancellation.acceptedByStore(o, NOON));
        } else {
          String status = ticket.equals("GONE") ? "COOKED" : ticket;
          mail.add(o -> Cancellation.refusedByStore(o, status, NOON));
        }
        return;
      }
      ticket = next();
    }

    private String next() {
      switch (ticket) {
        case "RECEIVED" -> {
          if (random.nextInt(4) == 0) {
            mail.add(o -> Rejection.rejectedByStore(o, "OUT_OF_STOCK", NOON));
            return "REJECTED";
          }
          mail.add(o -> FulfilmentProgress.reached(o, ACCEPTED, NOON));
          return "ACCEPTED";
        }
        case "ACCEPTED" -> {
          mail.add(o -> FulfilmentProgress.reached(o, COOKING, NOON));
          return "COOKING";
        }
        case "COOKING" -> {
          mail.add(o -> FulfilmentProgress.reached(o, COOKED, NOON));
          return "COOKED";
        }
        case "COOKED" -> {
          mail.add(o -> FulfilmentProgress.reached(o, PICKED, NOON));
          mail.add(o -> FulfilmentProgress.delivered(o, "r-7", 40_000, NOON));
          return "GONE";
        }
        default -> {
          return ticket;
        }
      }
    }

    private void cashier() {
      if (owed > 0) {
        owed--;
        mail.add(o -> Refund.completed(o, "p-1", NOON));
      }
    }

    /** Any letter, not only the oldest; and sometimes it is kept, to come once more. */
    private void deliver(boolean once) {
      if (!mail.isEmpty()) {
        int letter = random.nextInt(mail.size());
        happened(mail.get(letter).apply(order));
        if (once) {
          mail.remove(letter);
        }
      }
    }

    private void happened(Change<Order> change) {
      order = change.state();
      for (Event event : change.events()) {
        told.add(event);
        asked += event instanceof OrderEvent.CancelRequested ? 1 : 0;
        owed += event instanceof OrderEvent.RefundRequested ? 1 : 0;
        changed += event instanceof OrderEvent.Updated ? 1 : 0;
      }
    }

    private List<OrderEvent.Updated> updates() {
      return told.stream()
          .filter(OrderEvent.Updated.class::isInstance)
          .map(OrderEvent.Updated.class::cast)
          .toList();
    }

    void agrees(String seed) {
      assertThat(order.status())
          .as(seed + " " + told)
          .isNotEqualTo(CANCEL_REQUESTED)
          .isEqualTo(
              switch (ticket) {
                case "CANCELED" -> CANCELED;
                case "REJECTED" -> REJECTED;
                default -> DELIVERED;
              });
      boolean back = order.status() != DELIVERED;
      assertThat(count(told, OrderEvent.RefundRequested.class)).as(seed).isEqualTo(back ? 1 : 0);
      assertThat(count(told, OrderEvent.Canceled.class) + count(told, OrderEvent.Rejected.class))
          .as(seed)
          .isEqualTo(back ? 1 : 0);
      assertThat(count(told, OrderEvent.Delivered.class)).as(seed).isEqualTo(back ? 0 : 1);
      assertThat(count(told, OrderEvent.Collected.class)).as(seed).isEqualTo(back ? 0 : 1);
      if (!back) {
        assertThat(order.details().memo()).as(seed + " " + told).isEqualTo(memo);
      }
    }
  }
}
