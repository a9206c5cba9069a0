package baedal.order;

import baedal.events.Address;
import baedal.events.Change;
import baedal.events.Fulfilment;
import baedal.runtime.Caller;
import baedal.runtime.IdempotencyKey;
import baedal.runtime.Ids;
import baedal.runtime.Json;
import baedal.runtime.Page;
import baedal.runtime.Paging;
import baedal.runtime.Refusal;
import baedal.runtime.Reply;
import baedal.runtime.Text;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/** The HTTP routes of the order service. */
final class OrderApi {

  private final OrderRepository orders;
  private final CatalogRepository catalogs;
  private final Clock clock;
  private final Duration payWithin;
  private final DueStatement dueStatement;

  OrderApi(
      OrderRepository orders,
      CatalogRepository catalogs,
      Clock clock,
      Duration payWithin,
      DueStatement dueStatement) {
    this.dueStatement = dueStatement;
    this.orders = orders;
    this.catalogs = catalogs;
    this.clock = clock;
    this.payWithin = payWithin;
  }

  void mount(Router router) {
    router.post("/orders").respond(this::place);
    router.get("/orders").respond(this::list);
    router.get("/orders/:orderId").respond(this::show);
    router.patch("/orders/:orderId").respond(this::change);
    router.post("/orders/:orderId/cancel").respond(this::cancel);
    router.post("/orders/:orderId/confirm").respond(this::confirm);
    router.get("/internal/orders/:orderId/due").respond(this::due);
    router.put("/internal/orders/:orderId/coupon").respond(this::useCoupon);
  }

  private Future<OrderView> place(RoutingContext ctx) {
    PlaceOrder request = Json.toObject(ctx.body().asJsonObject(), PlaceOrder.class);
    String customerId = Caller.of(ctx).sub();
    return IdempotencyKey.of(ctx, request)
        .map(key -> placeOnce(ctx, request, customerId, key))
        .orElseGet(
            () ->
                newOrder(request, customerId)
                    .compose(
                        placed ->
                            orders
                                .place(placed)
                                .map(order -> dueStatement.addTo(ctx, placed, order))))
        .map(order -> created(ctx, order));
  }

  private Future<Order> placeOnce(
      RoutingContext ctx, PlaceOrder request, String customerId, IdempotencyKey key) {
    return orders
        .findByKey(key)
        .compose(
            first ->
                first.isPresent()
                    ? Future.succeededFuture(first.get())
                    : newOrder(request, customerId)
                        .compose(
                            placed ->
                                orders
                                    .placeOnce(placed, key)
                                    .map(order -> dueStatement.addTo(ctx, placed, order)),
                            refusal -> findPlacedOrFail(key, refusal)));
  }

  /**
   * Returns the order that a concurrent request with this key has placed. If there is none, fails
   * with {@code refusal}. A request can be refused although a concurrent request with the same key
   * has placed the order, for example because the menu was sold out between the two requests.
   */
  private Future<Order> findPlacedOrFail(IdempotencyKey key, Throwable refusal) {
    return orders
        .findByKey(key)
        .compose(
            first ->
                first.map(Future::succeededFuture).orElseGet(() -> Future.failedFuture(refusal)));
  }

  private Future<Change<Order>> newOrder(PlaceOrder request, String customerId) {
    return findCatalog(request.storeId(), request.lines(), request.nights())
        .map(
            catalog ->
                Order.place(
                    Ids.next(), request.details(customerId, catalog, clock.instant(), payWithin)));
  }

  private Future<Optional<Catalog>> findCatalog(
      String storeId, List<Catalog.RequestedLine> lines, List<LocalDate> nights) {
    return catalogs.find(
        storeId, lines.stream().map(Catalog.RequestedLine::menuId).toList(), nights);
  }

  private static OrderView created(RoutingContext ctx, Order order) {
    return Reply.created(ctx, "/orders/" + order.id(), OrderView.of(order));
  }

  private Future<Page<OrderView>> list(RoutingContext ctx) {
    int limit = Paging.limit(ctx);
    String before = Paging.last(ctx);
    return orders
        .list(Caller.of(ctx).sub(), ctx.request().getParam("status"), before, limit + 1)
        .map(found -> Page.of(found, limit, order -> Paging.encode(order.id())))
        .map(page -> page.map(OrderView::of));
  }

  private Future<OrderView> show(RoutingContext ctx) {
    Caller caller = Caller.of(ctx);
    return orders
        .find(id(ctx))
        .compose(
            order -> {
              String storeId = order.details().storeId();
              if (order.details().customerId().equals(caller.sub())
                  || caller.has(Caller.ADMIN)
                  || caller.has(Caller.SERVICE)
                  || caller.stores().contains(storeId)) {
                return Future.succeededFuture(order);
              }
              if (!caller.has(Caller.OWNER)) {
                throw notFound(order.id());
              }
              return catalogs
                  .find(storeId, List.of(), List.of())
                  .map(
                      store ->
                          store
                              .filter(catalog -> catalog.ownerId().equals(caller.sub()))
                              .map(catalog -> order)
                              .orElseThrow(() -> notFound(order.id())));
            })
        .map(OrderView::of);
  }

  private Future<OrderView> change(RoutingContext ctx) {
    JsonObject patch = ctx.body().asJsonObject();
    Address address =
        patch.containsKey("address")
            ? Json.toObject(patch.getJsonObject("address"), Address.class)
            : null;
    String memo =
        patch.containsKey("memo")
            ? String.valueOf(patch.getValue("memo") == null ? "" : patch.getValue("memo"))
            : null;
    Future<Order> changed =
        patch.containsKey("lines")
            ? changeLines(ctx, patch.getJsonArray("lines"), address, memo)
            : changeOwn(ctx, (order, now) -> OrderUpdate.change(order, null, address, memo, now));
    return changed.map(OrderView::of);
  }

  private Future<Order> changeLines(
      RoutingContext ctx, JsonArray lines, Address address, String memo) {
    List<Catalog.RequestedLine> requested =
        List.of(Json.decode(lines.encode(), Catalog.RequestedLine[].class));
    return orders
        .find(id(ctx))
        .map(order -> requireOwn(order, ctx))
        .compose(
            order ->
                findCatalog(
                    order.details().storeId(), requested, OrderUpdate.nights(order.details())))
        .map(Optional::orElseThrow)
        .compose(
            catalog ->
                changeOwn(
                    ctx,
                    (order, now) ->
                        OrderUpdate.change(
                            order,
                            OrderUpdate.price(order, requested, catalog),
                            address,
                            memo,
                            now)));
  }

  private Future<OrderView> cancel(RoutingContext ctx) {
    JsonObject body = ctx.body().asJsonObject();
    String text = body == null ? "" : body.getString("reason", "");
    String reason = Text.isBlank(text) ? "" : text;
    return changeOwn(ctx, (order, now) -> Cancellation.request(order, reason, now))
        .map(OrderView::of)
        .map(view -> view.status() == OrderStatus.CANCELED ? view : Reply.accepted(ctx, view));
  }

  private Future<OrderView> confirm(RoutingContext ctx) {
    return changeOwn(ctx, Confirmation::byCustomer).map(OrderView::of);
  }

  /**
   * Applies a transition to the order whose id is in the URL. Another customer's order is refused
   * as not found.
   */
  private Future<Order> changeOwn(
      RoutingContext ctx, BiFunction<Order, Instant, Change<Order>> transition) {
    return orders.change(
        id(ctx), order -> transition.apply(requireOwn(order, ctx), clock.instant()));
  }

  private static Order requireOwn(Order order, RoutingContext ctx) {
    if (!order.details().customerId().equals(Caller.of(ctx).sub())) {
      throw notFound(order.id());
    }
    return order;
  }

  /**
   * The refusal of an unknown order. Another customer's order gets the same refusal, so that a
   * caller cannot find out that it exists.
   */
  private static Refusal notFound(String orderId) {
    return Refusal.notFound("there is no order " + orderId);
  }

  /**
   * For other services: the payment service reads the amount due, the coupon service reads the
   * order's coupon, and MyPage reads the customer's id.
   */
  private Future<Due> due(RoutingContext ctx) {
    return orders.find(id(ctx)).map(Due::of);
  }

  record Due(
      String orderId,
      String customerId,
      long due,
      long version,
      long pricedVersion,
      OrderStatus status,
      Fulfilment fulfilment,
      String couponId) {
    static Due of(Order order) {
      return new Due(
          order.id(),
          order.details().customerId(),
          order.details().due(),
          order.details().version(),
          order.pricedVersion(),
          order.status(),
          order.details().fulfilment(),
          order.details().couponId());
    }
  }

  record UseCoupon(String couponId, String customerId, long discount) {}

  private Future<Due> useCoupon(RoutingContext ctx) {
    UseCoupon request = Json.toObject(ctx.body().asJsonObject(), UseCoupon.class);
    return orders
        .change(
            id(ctx),
            order -> {
              if (!order.details().customerId().equals(request.customerId())) {
                throw notFound(order.id());
              }
              return CouponUse.use(order, request.couponId(), request.discount(), clock.instant());
            })
        .map(Due::of);
  }

  private static String id(RoutingContext ctx) {
    return ctx.pathParam("orderId");
  }
}
