package baedal.store;

import baedal.events.Change;
import baedal.events.EventMessage;
import baedal.events.OrderDetails;
import baedal.events.OrderEvent;
import baedal.runtime.PeriodicTask;
import baedal.runtime.Refusal;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes the ticket and the stock of an order, for {@link StoreConsumer} and {@link KitchenApi}. A
 * ticket and the menus are separate documents, so an action needs several updates. Each update has
 * an effect only once for an order, so the action can be repeated. After a crash between two
 * updates, the event is delivered again and repeats the action, or a sweep finds the ticket by its
 * {@code stockOwed} and completes the action.
 */
final class Kitchen {

  private static final Logger log = LoggerFactory.getLogger(Kitchen.class);
  private static final Duration SWEEP_INTERVAL = Duration.ofSeconds(2);
  private static final String OUT_OF_STOCK = "OUT_OF_STOCK";
  private static final String CLOSED = "STORE_CLOSED";

  private final StoreRepository repository;
  private final OrderStock stock;
  private final Clock clock;
  private final PeriodicTask sweep;
  private String lastSweptId = "";

  Kitchen(Vertx vertx, StoreRepository repository, Clock clock) {
    this.repository = repository;
    this.clock = clock;
    stock = new OrderStock(repository, clock);
    sweep =
        new PeriodicTask(
            vertx,
            SWEEP_INTERVAL,
            "sweep of owed stock and expired idempotency keys",
            () -> Future.join(sweepOwedStock(), repository.keys().deleteExpired(clock.instant())));
  }

  void start() {
    sweep.start();
  }

  void stop() {
    sweep.stop();
  }

  /**
   * Takes the stock for a paid order, then opens its ticket. If the order has a ticket already, no
   * other ticket is opened. If the ticket is REJECTED or CANCELED, the stock is given back. For a
   * stay, the menus then forget the order, because its ticket has the nights.
   */
  Future<Ticket> receive(EventMessage message, OrderEvent.Paid paid) {
    return repository
        .ticket(paid.orderId())
        .compose(known -> known == null ? openTicket(message, paid) : Future.succeededFuture(known))
        .compose(
            ticket ->
                ticket.status().isRejectedOrCanceled()
                    ? giveBackStock(ticket, paid.order())
                    : clearOwedStock(ticket));
  }

  private Future<Ticket> openTicket(EventMessage message, OrderEvent.Paid paid) {
    return repository
        .store(paid.order().storeId())
        .compose(
            store ->
                store == null || !store.open()
                    ? reject(message, paid, CLOSED)
                    : stock
                        .take(paid.orderId(), store, paid.order())
                        .compose(
                            taken ->
                                repository.changeTicket(
                                    message, before -> Ticket.receive(before, paid, taken)),
                            e ->
                                OrderStock.isOutOfStock(e)
                                    ? reject(message, paid, OUT_OF_STOCK)
                                    : Future.failedFuture(e)));
  }

  private Future<Ticket> reject(EventMessage message, OrderEvent.Paid paid, String reason) {
    return repository.changeTicket(
        message, before -> Ticket.receiveAndReject(before, paid, reason));
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

  /**
   * If the ticket has {@code stockOwed}, gives the stock of its order back if the ticket is
   * REJECTED or CANCELED, or completes the stock of its order otherwise.
   */
  private Future<Ticket> clearOwedStock(Ticket ticket) {
    if (!ticket.stockOwed()) {
      return Future.succeededFuture(ticket);
    }
    return ticket.status().isRejectedOrCanceled()
        ? giveBackStock(ticket, ticket.details())
        : stock
            .settle(ticket)
            .compose(v -> repository.changeTicket(ticket.id(), Ticket::stockSettled));
  }

  private Future<Ticket> giveBackStock(Ticket ticket, OrderDetails order) {
    return stock
        .giveBack(ticket, order)
        .compose(
            v ->
                ticket.stockOwed()
                    ? repository
                        .changeTicket(ticket.id(), Ticket::stockGivenBack)
                        .compose(cleared -> stock.markGivenBack(ticket, order).map(cleared))
                    : Future.succeededFuture(ticket));
  }

  /**
   * Clears {@code stockOwed} of one batch of tickets. Starts after the last id of the previous
   * sweep, so that tickets that fail again and again do not block other tickets.
   */
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
        .onSuccess(
            v ->
                log.atInfo()
                    .addKeyValue("orderId", orderId)
                    .log("sweep completed the stock of the ticket"))
        .onFailure(
            e ->
                log.atWarn()
                    .addKeyValue("orderId", orderId)
                    .addKeyValue("cause", e.toString())
                    .log("stock of the ticket could not be completed, will retry"));
  }
}
