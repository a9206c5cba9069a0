package baedal.store;

import baedal.events.Change;
import baedal.events.Fulfilment;
import baedal.events.Line;
import baedal.events.Parcel;
import baedal.events.Stay;
import baedal.runtime.Caller;
import baedal.runtime.Page;
import baedal.runtime.Paging;
import baedal.runtime.Refusal;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.util.List;

/** The routes of the kitchen board, on which a store's owner and staff handle its tickets. */
final class KitchenApi {

  private final StoreRepository repository;
  private final Kitchen kitchen;

  KitchenApi(StoreRepository repository, Kitchen kitchen) {
    this.repository = repository;
    this.kitchen = kitchen;
  }

  void mount(Router router) {
    router.get("/foodCookings").respond(this::board);
    router.get("/foodCookings/:orderId").respond(this::show);
    router
        .post("/foodCookings/:orderId/accept")
        .respond(ctx -> act(ctx, (t, store, now) -> t.accept(store.ownerId(), now)));
    router
        .post("/foodCookings/:orderId/reject")
        .respond(ctx -> act(ctx, (t, store, now) -> t.reject(text(ctx, "reason"), now)));
    router
        .post("/foodCookings/:orderId/start")
        .respond(ctx -> act(ctx, (t, store, now) -> t.start(now)));
    router.post("/foodCookings/:orderId/finish").respond(ctx -> act(ctx, KitchenApi::finish));
    router
        .post("/foodCookings/:orderId/assign")
        .respond(ctx -> act(ctx, (t, store, now) -> t.assign(text(ctx, "riderId"), now)));
  }

  /** The JSON of a ticket, for the owner and the staff of its store. */
  record TicketView(
      String orderId,
      String storeId,
      TicketStatus status,
      List<Line> lines,
      Fulfilment fulfilment,
      Parcel parcel,
      Instant from,
      Instant to,
      Stay stay,
      String memo,
      String riderId,
      String reason,
      Instant receivedAt) {

    static TicketView of(Ticket t) {
      var d = t.details();
      return new TicketView(
          t.id(),
          t.storeId(),
          t.status(),
          d.lines(),
          d.fulfilment(),
          d.parcel(),
          d.from(),
          d.to(),
          d.stay(),
          d.memo(),
          t.riderId(),
          t.reason(),
          t.receivedAt());
    }
  }

  private Future<Page<TicketView>> board(RoutingContext ctx) {
    String storeId = ctx.request().getParam("storeId");
    String after = Paging.last(ctx);
    int limit = Paging.limit(ctx);
    return repository
        .store(storeId)
        .compose(
            store -> {
              if (store == null || !StoreApi.worksFor(Caller.of(ctx), store)) {
                throw Refusal.notFound(
                    "there is no store " + storeId + " that you own or work for");
              }
              return repository.tickets(
                  storeId, ctx.request().getParam("status"), after, limit + 1);
            })
        .map(found -> Page.of(found, limit, ticket -> Paging.encode(ticket.id())))
        .map(page -> page.map(TicketView::of));
  }

  private Future<TicketView> show(RoutingContext ctx) {
    return own(ctx).map(own -> TicketView.of(own.ticket()));
  }

  private static Change<Ticket> finish(Ticket ticket, Store store, Instant now) {
    if (ticket.isStay()) {
      ticket.requireCheckInDay(store.today(now));
    }
    return ticket.finish(store.ownerId(), now);
  }

  private interface Action {
    Change<Ticket> on(Ticket ticket, Store store, Instant now);
  }

  private Future<TicketView> act(RoutingContext ctx, Action action) {
    return own(ctx)
        .compose(own -> kitchen.act(own.ticket().id(), (t, now) -> action.on(t, own.store(), now)))
        .map(TicketView::of);
  }

  /** A ticket and its store. The caller owns the store or works for it. */
  private record OwnTicket(Ticket ticket, Store store) {}

  /**
   * Returns the ticket in the path with its store. Refuses with {@code not-found} unless the caller
   * owns the store or works for it.
   */
  private Future<OwnTicket> own(RoutingContext ctx) {
    String orderId = ctx.pathParam("orderId");
    return repository
        .ticket(orderId)
        .compose(
            ticket -> {
              if (ticket == null || ticket.details() == null) {
                return Future.failedFuture(Refusal.notFound("there is no ticket " + orderId));
              }
              return repository
                  .store(ticket.storeId())
                  .map(
                      store -> {
                        if (store == null || !StoreApi.worksFor(Caller.of(ctx), store)) {
                          throw Refusal.notFound("there is no ticket " + orderId);
                        }
                        return new OwnTicket(ticket, store);
                      });
            });
  }

  private static String text(RoutingContext ctx, String field) {
    return ctx.body().asJsonObject().getString(field);
  }
}
