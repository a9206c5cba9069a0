package baedal.store;

import baedal.events.Change;
import baedal.events.EventMessage;
import baedal.events.Line;
import baedal.events.OrderDetails;
import baedal.events.OrderEvent;
import baedal.runtime.PeriodicTask;
import baedal.runtime.Refusal;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tickets and the stock they take, which are two kinds of documents. Each step is conditional and
 * carries the order id, so that repeating it changes nothing. After a crash between two steps a
 * sweep clears the stock that a ticket still owes.
 */
final class Kitchen {

  private static final Logger log = LoggerFactory.getLogger(Kitchen.class);
  private static final Duration SWEEP_INTERVAL = Duration.ofSeconds(2);
  private static final String OUT_OF_STOCK = "OUT_OF_STOCK";
  private static final String CLOSED = "STORE_CLOSED";

  private final StoreRepository repository;
  private final Clock clock;
  private final PeriodicTask sweep;
  private String lastSweptId = "";

  Kitchen(Vertx vertx, StoreRepository repository, Clock clock) {
    this.repository = repository;
    this.clock = clock;
    sweep =
        new PeriodicTask(
            vertx,
            SWEEP_INTERVAL,
            "owed stock and old keys",
            () -> Future.join(sweepOwedStock(), repository.keys().forgetOld(clock.instant())));
  }

  void start() {
    sweep.start();
  }

  void stop() {
    sweep.stop();
  }

  /**
   * Takes the stock, then opens the ticket, whose id marks the order as seen. A ticket that was
   * rejected, or canceled in the meantime, gives back what was taken.
   */
  Future<Ticket> receive(EventMessage message, OrderEvent.Paid paid) {
    return repository
        .ticket(paid.orderId())
        .compose(known -> known == null ? openTicket(message, paid) : Future.succeededFuture(known))
        .compose(
            ticket ->
                ticket.status().over()
                    ? giveBackStock(ticket, paid.order())
                    : Future.succeededFuture(ticket));
  }

  private Future<Ticket> openTicket(EventMessage message, OrderEvent.Paid paid) {
    return repository
        .store(paid.order().storeId())
        .compose(
            store ->
                store == null || !store.open()
                    ? reject(message, paid, CLOSED)
                    : takeStock(paid.orderId(), paid.order())
                        .compose(
                            taken ->
                                repository.changeTicket(
                                    message, before -> Ticket.receive(before, paid, taken)),
                            e ->
                                isOutOfStock(e)
                                    ? reject(message, paid, OUT_OF_STOCK)
                                    : Future.failedFuture(e)));
  }

  private Future<Ticket> reject(EventMessage message, OrderEvent.Paid paid, String reason) {
    return repository.changeTicket(
        message, before -> Ticket.receiveAndReject(before, paid, reason));
  }

  private static boolean isOutOfStock(Throwable e) {
    return e instanceof Refusal refusal && refusal.type().equals("out-of-stock");
  }

  Future<Ticket> cancelRequested(EventMessage message, OrderEvent.CancelRequested request) {
    return repository
        .changeTicket(message, before -> Ticket.cancelRequested(before, request, clock.instant()))
        .compose(this::clearOwedStock);
  }

  Future<Ticket> updated(EventMessage message, OrderEvent.Updated update) {
    return update.established()
        ? repository.changeTicket(
            message, before -> Ticket.updated(before, update, clock.instant()))
        : Future.succeededFuture();
  }

  /** Applies an action of the store's owner or staff to a ticket. */
  Future<Ticket> act(String orderId, BiFunction<Ticket, Instant, Change<Ticket>> action) {
    return repository
        .changeTicket(
            orderId,
            ticket -> {
              if (ticket == null || ticket.details() == null) {
                throw Refusal.notFound("there is no ticket " + orderId);
              }
              return action.apply(ticket, clock.instant());
            })
        .compose(this::clearOwedStock);
  }

  /** Gives back the stock that a ticket owes, or counts it as sold when it is cooked. */
  private Future<Ticket> clearOwedStock(Ticket ticket) {
    if (!ticket.stockOwed()) {
      return Future.succeededFuture(ticket);
    }
    return ticket.status() == TicketStatus.COOKED
        ? consumeStock(ticket.id(), ticket.details())
            .compose(v -> repository.changeTicket(ticket.id(), Ticket::clearStockOwed))
        : giveBackStock(ticket, ticket.details());
  }

  private Future<Ticket> giveBackStock(Ticket ticket, OrderDetails order) {
    return giveBackStock(ticket.id(), order)
        .compose(
            v ->
                ticket.stockOwed()
                    ? repository.changeTicket(ticket.id(), Ticket::clearStockOwed)
                    : Future.succeededFuture(ticket));
  }

  /** The next sweep continues after this one, so that tickets that fail do not block others. */
  private Future<?> sweepOwedStock() {
    return repository
        .owingStock(lastSweptId)
        .compose(
            owing -> {
              lastSweptId =
                  owing.size() < StoreRepository.SWEEP_BATCH ? "" : owing.get(owing.size() - 1);
              return Future.join(owing.stream().map(this::clearOwedStockOf).toList())
                  .otherwiseEmpty();
            });
  }

  private Future<Ticket> clearOwedStockOf(String orderId) {
    return repository
        .ticket(orderId)
        .compose(this::clearOwedStock)
        .onSuccess(v -> log.atInfo().addKeyValue("orderId", orderId).log("owed stock cleared"))
        .onFailure(
            e ->
                log.atWarn()
                    .addKeyValue("orderId", orderId)
                    .addKeyValue("cause", e.toString())
                    .log("owed stock not cleared, will retry"));
  }

  /** The quantity taken of each menu with limited stock, by menu id. */
  private Future<Map<String, Integer>> takeStock(String orderId, OrderDetails order) {
    Map<String, Integer> taken = new TreeMap<>();
    return forEachMenu(
            order,
            (key, quantity) ->
                repository
                    .changeMenu(
                        key, menu -> existing(menu).take(orderId, quantity, clock.instant()))
                    .onSuccess(
                        menu ->
                            taken.computeIfAbsent(
                                menu.menuId(), id -> menu.takenByOrder().get(orderId))))
        .map(taken);
  }

  private Future<Void> giveBackStock(String orderId, OrderDetails order) {
    return forEachMenu(
        order,
        (key, quantity) ->
            repository.changeMenu(
                key,
                menu ->
                    menu == null
                        ? new Change<>(null, List.of())
                        : menu.giveBack(orderId, clock.instant())));
  }

  private Future<Void> consumeStock(String orderId, OrderDetails order) {
    return forEachMenu(
        order,
        (key, quantity) ->
            repository.changeMenu(
                key, menu -> menu == null ? new Change<>(null, List.of()) : menu.consume(orderId)));
  }

  private static Menu existing(Menu menu) {
    if (menu == null) {
      throw Refusal.conflict("out-of-stock", "the menu is no longer sold");
    }
    return menu;
  }

  /**
   * Runs {@code step} with the key of each menu and its quantity, always in the order of keys: of
   * two orders for the same last portions one gets them all.
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
