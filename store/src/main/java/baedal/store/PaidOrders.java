package baedal.store;

import baedal.events.EventMessage;
import baedal.events.Line;
import baedal.events.OrderDetails;
import baedal.events.OrderEvent;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Opens the tickets of several paid orders at once, for {@link StoreConsumer}. Orders that take
 * limited stock, or that may be rejected, go to {@link Kitchen#receive} one by one.
 */
final class PaidOrders {

  private final StoreRepository repository;
  private final Kitchen kitchen;

  PaidOrders(StoreRepository repository, Kitchen kitchen) {
    this.repository = repository;
    this.kitchen = kitchen;
  }

  /** {@code messages} have the event {@link OrderEvent.Paid}. */
  Future<?> receive(List<EventMessage> messages) {
    Set<String> storeIds = new TreeSet<>();
    Set<String> menuKeys = new TreeSet<>();
    messages.forEach(
        message -> {
          storeIds.add(order(message).storeId());
          menuKeys.addAll(menuKeys(order(message)));
        });
    return Future.all(repository.stores(storeIds), repository.menus(menuKeys))
        .compose(
            found -> {
              Map<String, Store> stores = found.resultAt(0);
              Map<String, Menu> menus = found.resultAt(1);
              List<EventMessage> together = new ArrayList<>();
              List<Future<?>> opened = new ArrayList<>();
              for (EventMessage message : messages) {
                if (takesNoStock(order(message), message.subject(), stores, menus)) {
                  together.add(message);
                } else {
                  opened.add(kitchen.receive(message, (OrderEvent.Paid) message.data()));
                }
              }
              opened.add(openTickets(together));
              return Future.all(opened);
            });
  }

  private static OrderDetails order(EventMessage message) {
    return ((OrderEvent.Paid) message.data()).order();
  }

  private static List<String> menuKeys(OrderDetails order) {
    return order.lines().stream()
        .map(Line::menuId)
        .map(menuId -> Menu.key(order.storeId(), menuId))
        .toList();
  }

  /** Whether the store is open, and has unlimited stock of everything that was ordered. */
  private static boolean takesNoStock(
      OrderDetails order, String orderId, Map<String, Store> stores, Map<String, Menu> menus) {
    Store store = stores.get(order.storeId());
    return store != null
        && store.open()
        && menuKeys(order).stream()
            .map(menus::get)
            .allMatch(menu -> menu != null && menu.isUnlimitedFor(orderId));
  }

  private Future<?> openTickets(List<EventMessage> messages) {
    return repository.changeTickets(
        messages,
        (message, before) -> Ticket.receive(before, (OrderEvent.Paid) message.data(), Map.of()));
  }
}
