package baedal.order;

import static baedal.order.OrderFixtures.NOON;
import static baedal.order.OrderStatus.ACCEPTED;
import static baedal.order.OrderStatus.CANCELED;
import static baedal.order.OrderStatus.CANCEL_REQUESTED;
import static baedal.order.OrderStatus.COOKED;
import static baedal.order.OrderStatus.COOKING;
import static baedal.order.OrderStatus.DELIVERED;
import static baedal.order.OrderStatus.PICKED;
import static baedal.order.OrderStatus.REJECTED;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.Change;
import baedal.events.Event;
import baedal.events.OrderEvent;
import baedal.events.PaymentMethod;
import java.time.Duration;
import java.time.Instant;
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
 * Whole sagas with the pure domain classes. Events reach an order in any sequence and any number of
 * times, but a response never precedes its request. A failure names the seed that reproduces it.
 */
class OrderSagaTest {

  private static final int SEEDS = 2_000;

  /** A day before the check-in time of the stay. */
  private static final Instant CHECK_INS_EVE = Instant.parse("2026-12-23T06:00:00Z");

  private static final List<Function<Order, Change<Order>>> FULFILMENT =
      List.of(
          order -> FulfilmentProgress.reached(order, ACCEPTED, NOON),
          order -> FulfilmentProgress.reached(order, COOKING, NOON),
          order -> FulfilmentProgress.reached(order, COOKED, NOON),
          order -> FulfilmentProgress.reached(order, PICKED, NOON),
          order -> FulfilmentProgress.delivered(order, "r-7", 40_000, NOON));

  @Test
  void shuffled_and_repeated_fulfilment_events_deliver_the_order_once() {
    Order inOrder = applyAll(paidOnDelivery(), FULFILMENT).order;
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      List<Function<Order, Change<Order>>> transitions = new ArrayList<>(FULFILMENT);
      for (int i = random.nextInt(6); i > 0; i--) {
        transitions.add(FULFILMENT.get(random.nextInt(FULFILMENT.size())));
      }
      Collections.shuffle(transitions, random);
      Outcome outcome = applyAll(paidOnDelivery(), transitions);
      assertThat(outcome.order.status()).as("seed " + seed).isEqualTo(inOrder.status());
      assertThat(count(outcome.events, OrderEvent.Delivered.class)).as("seed " + seed).isOne();
      assertThat(count(outcome.events, OrderEvent.Collected.class)).as("seed " + seed).isOne();
    }
  }

  static IntStream seeds() {
    return IntStream.range(0, 20);
  }

  /** Runs a hundred simulations. A simulation ends when no request and no event is left. */
  @ParameterizedTest(name = "seeds from {0}00")
  @MethodSource("seeds")
  void order_ticket_and_money_agree_for_any_sequence_of_events(int hundreds) {
    for (int seed = hundreds * 100; seed < hundreds * 100 + 100; seed++) {
      Simulation simulation = new Simulation(new Random(seed)).run();
      simulation.assertConsistent("seed " + seed);
    }
  }

  @Test
  void the_simulations_reach_every_final_status() {
    List<OrderStatus> ends =
        IntStream.range(0, 200)
            .mapToObj(seed -> new Simulation(new Random(seed)).run().order.status())
            .distinct()
            .toList();
    assertThat(ends).containsExactlyInAnyOrder(CANCELED, REJECTED, DELIVERED);
  }

  /** As above, for a stay. Its customer requests cancellations at times with different terms. */
  @ParameterizedTest(name = "seeds from {0}00")
  @MethodSource("seeds")
  void stay_ticket_and_refund_agree_for_any_sequence_of_events(int hundreds) {
    for (int seed = hundreds * 100; seed < hundreds * 100 + 100; seed++) {
      Simulation simulation = new Simulation(new Random(seed), RoomFixtures.paid()).run();
      simulation.assertConsistent("seed " + seed);
    }
  }

  private record Outcome(Order order, List<Event> events) {}

  private static Outcome applyAll(Order start, List<Function<Order, Change<Order>>> transitions) {
    Order order = start;
    List<Event> events = new ArrayList<>();
    for (Function<Order, Change<Order>> transition : transitions) {
      Change<Order> change = transition.apply(order);
      order = change.state();
      events.addAll(change.events());
    }
    return new Outcome(order, events);
  }

  private static Order paidOnDelivery() {
    return OrderFixtures.paid(OrderFixtures.placed(), PaymentMethod.ON_DELIVERY);
  }

  private static long count(List<Event> events, Class<? extends Event> type) {
    return events.stream().filter(type::isInstance).count();
  }

  /**
   * Simulates a customer who changes and cancels, a kitchen with a ticket, and a payment service.
   * Their events are delivered in random sequence, and some more than once.
   */
  private static final class Simulation {

    private final Random random;
    private final List<Function<Order, Change<Order>>> inFlight = new ArrayList<>();
    private final List<Event> events = new ArrayList<>();
    private Order order;
    private int decisionsLeft = 3;
    private String ticket = "RECEIVED";
    private String ticketMemo;
    private long ticketVersion;
    private Long expectedRefund;
    private int openCancelRequests;
    private int openRefunds;
    private int openUpdates;

    Simulation(Random random) {
      this(random, paidOnDelivery());
    }

    Simulation(Random random, Order order) {
      this.random = random;
      this.order = order;
      ticketMemo = order.details().memo();
      ticketVersion = order.details().version();
    }

    Simulation run() {
      for (int step = 0; step < 400; step++) {
        switch (random.nextInt(5)) {
          case 0 -> customer();
          case 1 -> kitchen();
          case 2 -> payment();
          default -> deliver(random.nextInt(4) > 0);
        }
      }
      while (!ticketClosed()
          || !inFlight.isEmpty()
          || openCancelRequests + openRefunds + openUpdates > 0) {
        kitchen();
        payment();
        deliver(true);
      }
      return this;
    }

    private boolean ticketClosed() {
      return List.of("REJECTED", "CANCELED", order.isStay() ? "COOKED" : "PICKED_UP")
          .contains(ticket);
    }

    private void customer() {
      boolean changeable = List.of(OrderStatus.PAID, ACCEPTED).contains(order.status());
      boolean cancelable = changeable || (order.isStay() && order.status() == COOKING);
      if (decisionsLeft == 0 || !cancelable) {
        return;
      }
      decisionsLeft--;
      if (!changeable || random.nextInt(3) == 0) {
        Instant now =
            order.isStay() ? CHECK_INS_EVE.plus(Duration.ofHours(random.nextInt(60) - 36)) : NOON;
        apply(Cancellation.request(order, "", now));
        expectedRefund = RefundTerms.refundAmount(order, now);
      } else {
        apply(OrderUpdate.change(order, null, null, "memo " + decisionsLeft, NOON));
      }
    }

    /** The store receives requests in the sequence in which they were made, but at any time. */
    private void kitchen() {
      if (openUpdates > 0 && random.nextBoolean()) {
        OrderEvent.Updated update = updates().get(updates().size() - openUpdates--);
        if (ticket.equals("RECEIVED") || ticket.equals("ACCEPTED")) {
          ticketVersion = update.order().version();
          ticketMemo = update.order().memo();
        } else {
          long kept = ticketVersion;
          inFlight.add(o -> OrderUpdate.refusedByStore(o, kept, NOON));
        }
        return;
      }
      if (openCancelRequests > 0 && openUpdates == 0 && random.nextBoolean()) {
        openCancelRequests--;
        if (ticket.equals("RECEIVED")
            || ticket.equals("ACCEPTED")
            || (order.isStay() && ticket.equals("COOKING"))) {
          ticket = "CANCELED";
          inFlight.add(o -> Cancellation.acceptedByStore(o, NOON));
        } else {
          String status = ticket.equals("PICKED_UP") ? "COOKED" : ticket;
          inFlight.add(o -> Cancellation.refusedByStore(o, status, NOON));
        }
        return;
      }
      ticket = next();
    }

    private String next() {
      switch (ticket) {
        case "RECEIVED" -> {
          if (random.nextInt(4) == 0) {
            inFlight.add(o -> Rejection.rejectedByStore(o, "OUT_OF_STOCK", NOON));
            return "REJECTED";
          }
          inFlight.add(o -> FulfilmentProgress.reached(o, ACCEPTED, NOON));
          return "ACCEPTED";
        }
        case "ACCEPTED" -> {
          inFlight.add(o -> FulfilmentProgress.reached(o, COOKING, NOON));
          return "COOKING";
        }
        case "COOKING" -> {
          inFlight.add(o -> FulfilmentProgress.reached(o, COOKED, NOON));
          return "COOKED";
        }
        case "COOKED" -> {
          if (order.isStay()) {
            return ticket;
          }
          inFlight.add(o -> FulfilmentProgress.reached(o, PICKED, NOON));
          inFlight.add(o -> FulfilmentProgress.delivered(o, "r-7", 40_000, NOON));
          return "PICKED_UP";
        }
        default -> {
          return ticket;
        }
      }
    }

    private void payment() {
      if (openRefunds > 0) {
        openRefunds--;
        inFlight.add(o -> Refund.completed(o, "p-1", NOON));
      }
    }

    /**
     * Delivers a random event. If {@code removeIt} is false, the event is delivered again later.
     */
    private void deliver(boolean removeIt) {
      if (!inFlight.isEmpty()) {
        int index = random.nextInt(inFlight.size());
        apply(inFlight.get(index).apply(order));
        if (removeIt) {
          inFlight.remove(index);
        }
      }
    }

    private void apply(Change<Order> change) {
      order = change.state();
      for (Event event : change.events()) {
        events.add(event);
        openCancelRequests += event instanceof OrderEvent.CancelRequested ? 1 : 0;
        openRefunds += event instanceof OrderEvent.RefundRequested ? 1 : 0;
        openUpdates += event instanceof OrderEvent.Updated ? 1 : 0;
      }
    }

    private List<OrderEvent.Updated> updates() {
      return events.stream()
          .filter(OrderEvent.Updated.class::isInstance)
          .map(OrderEvent.Updated.class::cast)
          .toList();
    }

    void assertConsistent(String seed) {
      assertThat(order.status())
          .as(seed + " " + events)
          .isNotEqualTo(CANCEL_REQUESTED)
          .isEqualTo(
              switch (ticket) {
                case "CANCELED" -> CANCELED;
                case "REJECTED" -> REJECTED;
                default -> order.isStay() ? COOKED : DELIVERED;
              });
      boolean refunded = List.of(CANCELED, REJECTED).contains(order.status());
      events.stream()
          .filter(OrderEvent.RefundRequested.class::isInstance)
          .map(OrderEvent.RefundRequested.class::cast)
          .forEach(
              refund ->
                  assertThat(refund.amount())
                      .as(seed)
                      .isEqualTo(order.status() == CANCELED ? expectedRefund : null)
                      .isEqualTo(order.refundAmount()));
      assertThat(count(events, OrderEvent.RefundRequested.class))
          .as(seed)
          .isEqualTo(refunded ? 1 : 0);
      assertThat(
              count(events, OrderEvent.Canceled.class) + count(events, OrderEvent.Rejected.class))
          .as(seed)
          .isEqualTo(refunded ? 1 : 0);
      int delivered = refunded || order.isStay() ? 0 : 1;
      assertThat(count(events, OrderEvent.Delivered.class)).as(seed).isEqualTo(delivered);
      assertThat(count(events, OrderEvent.Collected.class)).as(seed).isEqualTo(delivered);
      if (!refunded) {
        assertThat(order.details().memo()).as(seed + " " + events).isEqualTo(ticketMemo);
      }
    }
  }
}
