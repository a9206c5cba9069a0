package baedal.store;

import baedal.events.Change;
import baedal.events.Line;
import baedal.events.OrderDetails;
import baedal.runtime.Refusal;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Changes the stock of all menus of an order, for {@link Kitchen}. An order with a stay takes rooms
 * of nightly menus, with the steps of {@link RoomBooking}; any other order takes items of a {@link
 * Menu}. Each step can be repeated.
 */
final class OrderStock {

  private final StoreRepository repository;
  private final Clock clock;

  OrderStock(StoreRepository repository, Clock clock) {
    this.repository = repository;
    this.clock = clock;
  }

  /**
   * Returns the quantity that was taken of each menu with limited stock, by menu id. Fails with
   * {@code out-of-stock} at the first menu that has too little; the menus before it keep what was
   * taken until {@link #giveBack}.
   */
  Future<Map<String, Integer>> take(String orderId, Store store, OrderDetails order) {
    LocalDate today = store.hotel() == null ? null : store.today(clock.instant());
    Map<String, Integer> taken = new TreeMap<>();
    return forEachMenu(
            order,
            (key, quantity) ->
                repository
                    .changeMenu(
                        key,
                        menu ->
                            order.stay() == null
                                ? existing(menu).take(orderId, quantity, clock.instant())
                                : RoomBooking.take(
                                    existing(menu),
                                    orderId,
                                    quantity,
                                    order.stay(),
                                    today,
                                    clock.instant()))
                    .onSuccess(
                        menu ->
                            taken.computeIfAbsent(
                                menu.menuId(), id -> menu.takenByOrder().get(orderId))))
        .map(taken);
  }

  static boolean isOutOfStock(Throwable e) {
    return e instanceof Refusal refusal && refusal.type().equals("out-of-stock");
  }

  /**
   * Gives back what the order has taken.
   *
   * @param ticket a REJECTED or CANCELED ticket
   * @param order the ticket has no details if the order was canceled before it was received
   */
  Future<Void> giveBack(Ticket ticket, OrderDetails order) {
    Map<String, Integer> onTicket = ticket.stockOwed() ? ticket.takenByMenu() : Map.of();
    return forEachExisting(
        order,
        menu ->
            order.stay() == null
                ? menu.giveBack(ticket.id(), clock.instant())
                : RoomBooking.giveBack(
                    menu, ticket.id(), onTicket.get(menu.menuId()), order.stay(), clock.instant()));
  }

  /** Call this after {@link #giveBack}, when the ticket no longer owes its stock. */
  Future<Void> markGivenBack(Ticket ticket, OrderDetails order) {
    return order.stay() == null
        ? Future.succeededFuture()
        : forEachExisting(order, menu -> RoomBooking.markRecorded(menu, ticket.id()));
  }

  /** Counts the items of a COOKED order as sold, or ends the flight of an order with a stay. */
  Future<Void> settle(Ticket ticket) {
    return forEachExisting(
        ticket.details(),
        menu ->
            ticket.isStay() ? RoomBooking.settle(menu, ticket.id()) : menu.consume(ticket.id()));
  }

  private static Menu existing(Menu menu) {
    if (menu == null) {
      throw Refusal.conflict("out-of-stock", "the menu is no longer sold");
    }
    return menu;
  }

  private Future<Void> forEachExisting(
      OrderDetails order, Function<Menu, Change<Menu>> transition) {
    return forEachMenu(
        order,
        (key, quantity) ->
            repository.changeMenu(
                key,
                menu -> menu == null ? new Change<>(null, List.of()) : transition.apply(menu)));
  }

  /**
   * Runs {@code step} for each menu of the order, one by one, with the menu's key and quantity. All
   * orders use the same sequence of menus. So if two orders need the last portions of the same
   * menus, one order gets the portions of every menu.
   */
  private static Future<Void> forEachMenu(
      OrderDetails order, BiFunction<String, Integer, Future<Menu>> step) {
    Map<String, Integer> quantities = new TreeMap<>();
    for (Line line : order.lines()) {
      quantities.merge(Menu.key(order.storeId(), line.menuId()), line.quantity(), Integer::sum);
    }
    Future<Void> done = Future.succeededFuture();
    for (Map.Entry<String, Integer> entry : quantities.entrySet()) {
      done = done.compose(v -> step.apply(entry.getKey(), entry.getValue())).mapEmpty();
    }
    return done;
  }
}
