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
 * Tickets and the stock they take: two kinds of documents. Each step is conditional and carries the
 * order id, so that doing it again does nothing; stock that a finished ticket still owes is
 * returned by a sweep if a crash came between.
 */
final class Kitchen {

  private static final Logger log = LoggerFactory.getLogger(Kitchen.class);
  private static final Duration SWEEP = Duration.ofSeconds(2);
  private static final String OUT_OF_STOCK = "OUT_OF_STOCK";
  private static final String CLOSED = "STORE_CLOSED";

  private final StoreRepository repository;
  private final Clock clock;
  private final PeriodicTask sweep;
  private String lastLookedAt = "";

  Kitchen(Vertx vertx, StoreRepository repository, Clock clock) {
    this.repository = repository;
    this.clock = clock;
    sweep =
        new PeriodicTask(
            vertx,
            SWEEP,
            "owed stock and old keys",
            () -> Future.join(returnOwed(), repository.forget(clock.instant())));
  }

  void start() {
    sweep.start();
  }

  void stop() {
    sweep.stop();
  }

  /**
   * Takes the stock, then opens the ticket, whose id is the mark that this order was seen. A ticket
   * that is over already (rejected, or canceled in the meantime) keeps nothing of what was taken.
   */
  Future<Ticket> receive(EventMessage message, OrderEvent.Paid paid) {
    return repository
        .ticket(paid.orderId())
        .compose(known -> known == null ? open(message, paid) : Future.succeededFuture(known))
        .compose(
            ticket ->
                ticket.status().over()
                    ? returned(ticket, paid.order())
                    : Future.succeededFuture(ticket));
  }

  private Future<Ticket> open(EventMessage message, OrderEvent.Paid paid) {
    return repository
        .store(paid.order().storeId())
        .compose(
            store ->
                store == null || !store.open()
                    ? reject(message, paid, CLOSED)
                    : take(paid.orderId(), paid.order())
                        .compose(
                            taken ->
                                repository.changeTicket(
                                    message, before -> Ticket.receive(before, paid, taken)),
                            e ->
                                outOfStock(e)
                                    ? reject(message, paid, OUT_OF_STOCK)
                                    : Future.failedFuture(e)));
  }

  private Future<Ticket> reject(EventMessage message, OrderEvent.Paid paid, String reason) {
    return repository.changeTicket(
        message, before -> Ticket.receiveAndReject(before, paid, reason));
  }

  private static boolean outOfStock(Throwable e) {
    return e instanceof Refusal refusal && refusal.type().equals("out-of-stock");
  }

  Future<Ticket> cancelRequested(EventMessage message, OrderEvent.CancelRequested asked) {
    return repository
        .changeTicket(message, before -> Ticket.cancelRequested(before, asked, clock.instant()))
        .compose(this::settle);
  }

  Future<Ticket> updated(EventMessage message, OrderEvent.Updated update) {
    return update.established()
        ? repository.changeTicket(
            message, before -> Ticket.updated(before, update, clock.instant()))
        : Future.succeededFuture();
  }

  /** What the store's own people do with a ticket. */
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
        .compose(this::settle);
  }

  /** The stock of a ticket that is over comes back; what is cooked never will. */
  private Future<Ticket> settle(Ticket ticket) {
    if (!ticket.stockOwed()) {
      return Future.succeededFuture(ticket);
    }
    return ticket.status() == TicketStatus.COOKED
        ? consume(ticket.id(), ticket.details())
            .compose(v -> repository.changeTicket(ticket.id(), Ticket::stockSettled))
        : returned(ticket, ticket.details());
  }

  private Future<Ticket> returned(Ticket ticket, OrderDetails order) {
    return giveBack(ticket.id(), order)
        .compose(
            v ->
                ticket.stockOwed()
                    ? repository.changeTicket(ticket.id(), Ticket::stockSettled)
                    : Future.succeededFuture(ticket));
  }

  /** The next sweep goes on where this one ends: what cannot be settled holds up no other. */
  private Future<?> returnOwed() {
    return repository
        .owingStock(lastLookedAt)
        .compose(
            owing -> {
              lastLookedAt =
                  owing.size() < StoreRepository.SWEPT ? "" : owing.get(owing.size() - 1);
              return Future.join(owing.stream().map(this::settleLater).toList()).otherwiseEmpty();
            });
  }

  private Future<Ticket> settleLater(String orderId) {
    return repository
        .ticket(orderId)
        .compose(this::settle)
        .onSuccess(v -> log.atInfo().addKeyValue("orderId", orderId).log("owed stock settled"))
        .onFailure(
            e ->
                log.atWarn()
                    .addKeyValue("orderId", orderId)
                    .addKeyValue("cause", e.toString())
                    .log("owed stock is tried again"));
  }

  /** What was taken of menus that are counted, by menu id. */
  private Future<Map<String, Integer>> take(String orderId, OrderDetails order) {
    Map<String, Integer> taken = new TreeMap<>();
    return each(
            order,
            (key, quantity) ->
                repository
                    .changeMenu(
                        key, menu -> existing(menu).take(orderId, quantity, clock.instant()))
                    .onSuccess(
                        menu ->
                            taken.computeIfAbsent(menu.menuId(), id -> menu.taken().get(orderId))))
        .map(taken);
  }

  private Future<Void> giveBack(String orderId, OrderDetails order) {
    return each(
        order,
        (key, quantity) ->
            repository.changeMenu(
                key,
                menu ->
                    menu == null
                        ? new Change<>(null, List.of())
                        : menu.giveBack(orderId, clock.instant())));
  }

  private Future<Void> consume(String orderId, OrderDetails order) {
    return each(
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

  /** Always in the same order: of two orders for the same last portions one gets them all. */
  private static Future<Void> each(
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
