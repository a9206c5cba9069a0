package baedal.store;

import static baedal.store.Hotels.TODAY;
import static baedal.store.Samples.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.Change;
import baedal.events.OrderEvent;
import baedal.runtime.Refusal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Two room types, and tickets of reservations, in memory. Actions of several replicas run in random
 * steps, each of which changes one menu or one ticket, as the updates of {@link Kitchen} do. An
 * action may crash between two steps.
 */
final class ReservationModel {

  private static final int ORDERS = 12;
  private static final int ROOMS = 4;

  private final Random random;
  private final Map<String, Menu> menus = new TreeMap<>();
  private final Map<String, Ticket> tickets = new HashMap<>();
  private final List<OrderEvent.Paid> orders = new ArrayList<>();
  private final List<Step> running = new ArrayList<>();
  private LocalDate today = TODAY;

  /** One update. Returns the next one of the same action, or null at the end. */
  private interface Step {
    Step run();
  }

  ReservationModel(Random random) {
    this.random = random;
    menus.put("deluxe", Hotels.menu("deluxe", ROOMS));
    menus.put("suite", Hotels.menu("suite", ROOMS));
    for (int i = 0; i < ORDERS; i++) {
      var stay = Hotels.stay(random.nextInt(6), 1 + random.nextInt(4));
      var deluxe = Samples.line("deluxe", 1 + random.nextInt(2));
      var suite = Samples.line("suite", 1);
      orders.add(
          random.nextBoolean()
              ? Hotels.paid("o-" + i, stay, deluxe)
              : Hotels.paid("o-" + i, stay, deluxe, suite));
    }
  }

  void step() {
    if (random.nextInt(100) == 0) {
      today = today.plusDays(1);
    }
    if (running.size() < 4) {
      running.add(action());
    }
    int replica = random.nextInt(running.size());
    Step next = running.get(replica).run();
    boolean crash = random.nextInt(20) == 0;
    if (next == null || crash) {
      running.remove(replica);
    } else {
      running.set(replica, next);
    }
  }

  /** Delivers every order again, and sweeps, without another crash. */
  void finish() {
    running.forEach(ReservationModel::complete);
    orders.forEach(paid -> complete(() -> receive(paid)));
    tickets.keySet().forEach(id -> complete(() -> clearOwed(tickets.get(id))));
  }

  private static void complete(Step first) {
    Step step = first;
    while (step != null) {
      step = step.run();
    }
  }

  private Step action() {
    OrderEvent.Paid paid = orders.get(random.nextInt(ORDERS));
    String id = paid.orderId();
    return switch (random.nextInt(8)) {
      case 0, 1, 2 -> () -> receive(paid);
      case 3 ->
          () -> {
            boolean paidLate = !tickets.containsKey(id);
            return paidLate && random.nextInt(4) > 0
                ? null
                : changed(id, t -> Ticket.cancelRequested(t, Hotels.cancelRequested(id), NOON));
          };
      case 4 -> () -> act(id, t -> t.reject("만실", NOON));
      case 5 -> () -> act(id, t -> t.accept("o-1", NOON));
      case 6 ->
          () -> act(id, random.nextBoolean() ? t -> t.start(NOON) : t -> t.finish("o-1", NOON));
      default -> () -> tickets.containsKey(id) ? clearOwed(tickets.get(id)) : null;
    };
  }

  private Step receive(OrderEvent.Paid paid) {
    Ticket known = tickets.get(paid.orderId());
    return known == null
        ? take(paid, new ArrayList<>(quantities(paid).keySet()), new HashMap<>())
        : received(known, paid);
  }

  private Step take(OrderEvent.Paid paid, List<String> left, Map<String, Integer> taken) {
    String id = paid.orderId();
    if (left.isEmpty()) {
      return () -> received(change(id, t -> Ticket.receive(t, paid, taken)), paid);
    }
    String menuId = left.remove(0);
    int rooms = quantities(paid).get(menuId);
    return () -> {
      try {
        Menu menu =
            RoomBooking.take(menus.get(menuId), id, rooms, paid.order().stay(), today, NOON)
                .state();
        menus.put(menuId, menu);
        if (menu.takenByOrder().containsKey(id)) {
          taken.put(menuId, rooms);
        }
        return take(paid, left, taken);
      } catch (Refusal soldOut) {
        return () ->
            received(change(id, t -> Ticket.receiveAndReject(t, paid, "OUT_OF_STOCK")), paid);
      }
    };
  }

  private Step received(Ticket ticket, OrderEvent.Paid paid) {
    return ticket.status().isRejectedOrCanceled() ? giveBack(ticket, paid) : clearOwed(ticket);
  }

  private Step act(String id, Function<Ticket, Change<Ticket>> action) {
    return tickets.containsKey(id) && tickets.get(id).details() != null
        ? changed(id, action)
        : null;
  }

  private Step changed(String id, Function<Ticket, Change<Ticket>> action) {
    try {
      return clearOwed(change(id, action));
    } catch (Refusal refused) {
      return null;
    }
  }

  private Ticket change(String id, Function<Ticket, Change<Ticket>> transition) {
    Ticket after = transition.apply(tickets.get(id)).state();
    tickets.put(id, after);
    return after;
  }

  private Step clearOwed(Ticket ticket) {
    if (!ticket.stockOwed()) {
      return null;
    }
    OrderEvent.Paid paid = orders.get(Integer.parseInt(ticket.id().substring(2)));
    return ticket.status().isRejectedOrCanceled()
        ? giveBack(ticket, paid)
        : forEachMenu(
            paid,
            menu -> RoomBooking.settle(menu, ticket.id()).state(),
            () -> {
              change(ticket.id(), Ticket::stockSettled);
              return null;
            });
  }

  private Step giveBack(Ticket ticket, OrderEvent.Paid paid) {
    String id = ticket.id();
    Map<String, Integer> onTicket = ticket.stockOwed() ? ticket.takenByMenu() : Map.of();
    Step end =
        () -> {
          if (!ticket.stockOwed()) {
            return null;
          }
          change(id, Ticket::stockGivenBack);
          return forEachMenu(paid, menu -> RoomBooking.markRecorded(menu, id).state(), () -> null);
        };
    return forEachMenu(
        paid,
        menu ->
            RoomBooking.giveBack(menu, id, onTicket.get(menu.menuId()), paid.order().stay(), NOON)
                .state(),
        end);
  }

  private Step forEachMenu(OrderEvent.Paid paid, UnaryOperator<Menu> change, Step end) {
    Step first = end;
    List<String> menuIds = new ArrayList<>(quantities(paid).keySet());
    for (int i = menuIds.size() - 1; i >= 0; i--) {
      String menuId = menuIds.get(i);
      Step next = first;
      first =
          () -> {
            menus.compute(menuId, (id, menu) -> change.apply(menu));
            return next;
          };
    }
    return first;
  }

  private static Map<String, Integer> quantities(OrderEvent.Paid paid) {
    Map<String, Integer> quantities = new TreeMap<>();
    paid.order().lines().forEach(line -> quantities.put(line.menuId(), line.quantity()));
    return quantities;
  }

  void checkBounds(String when) {
    menus
        .values()
        .forEach(
            menu ->
                assertThat(menu.room().nights().byDate().values())
                    .as(when)
                    .allMatch(night -> night.taken() >= 0 && night.taken() <= ROOMS));
  }

  void checkCounts(String when) {
    for (Menu menu : menus.values()) {
      assertThat(menu.takenByOrder()).as(when).isEmpty();
      int[] onMenu = new int[12];
      int[] onTickets = new int[12];
      Arrays.setAll(onMenu, day -> menu.room().nights().taken(today.plusDays(day)));
      Arrays.setAll(onTickets, day -> onTickets(menu.menuId(), today.plusDays(day)));
      assertThat(onMenu).as(when + ": " + menu.menuId()).isEqualTo(onTickets);
    }
  }

  private int onTickets(String menuId, LocalDate night) {
    return tickets.values().stream()
        .filter(t -> !t.status().isRejectedOrCanceled())
        .filter(t -> t.details().stay().nights().contains(night))
        .mapToInt(t -> t.takenByMenu().getOrDefault(menuId, 0))
        .sum();
  }
}
