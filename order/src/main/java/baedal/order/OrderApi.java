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
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.BiFunction;

/** What clients may ask of the order service. */
final class OrderApi {

  private final OrderRepository orders;
  private final CatalogRepository catalogs;
  private final Clock clock;
  private final Duration payWithin;

  OrderApi(OrderRepository orders, CatalogRepository catalogs, Clock clock, Duration payWithin) {
    this.orders = orders;
    this.catalogs = catalogs;
    this.clock = clock;
    this.payWithin = payWithin;
  }

  void mount(Router router) {
    router.post("/orders").respond(this::place);
    router.get("/orders").respond(this::list);
    router.get("/orders/:orderId").respond(this::show);
    router.patch("/orders/:orderId").respond(this::revise);
    router.post("/orders/:orderId/cancel").respond(this::cancel);
    router.post("/orders/:orderId/confirm").respond(this::confirm);
    router.get("/internal/orders/:orderId/due").respond(this::due);
    router.put("/internal/orders/:orderId/coupon").respond(this::useCoupon);
  }

  private Future<OrderView> place(RoutingContext ctx) {
    PlaceOrder wanted = Json.toObject(ctx.body().asJsonObject(), PlaceOrder.class);
    String customer = Caller.of(ctx).sub();
    return IdempotencyKey.of(ctx, wanted)
        .map(key -> placeOnce(wanted, customer, key))
        .orElseGet(() -> placed(wanted, customer).compose(orders::place))
        .map(order -> created(ctx, order));
  }

  private Future<Order> placeOnce(PlaceOrder wanted, String customer, IdempotencyKey key) {
    return orders
        .answered(key)
        .compose(
            first ->
                first.isPresent()
                    ? Future.succeededFuture(first.get())
                    : placed(wanted, customer)
                        .compose(
                            placed -> orders.placeOnce(placed, key),
                            refusal -> placedMeanwhile(key, refusal)));
  }

  /** The store may have sold out or closed since another request under this key had its order. */
  private Future<Order> placedMeanwhile(IdempotencyKey key, Throwable refusal) {
    return orders
        .answered(key)
        .compose(
            first ->
                first.map(Future::succeededFuture).orElseGet(() -> Future.failedFuture(refusal)));
  }

  private Future<Change<Order>> placed(PlaceOrder wanted, String customer) {
    return catalogs
        .find(wanted.storeId(), wanted.lines().stream().map(Catalog.Wanted::menuId).toList())
        .map(
            catalog ->
                Order.place(
                    Ids.next(), wanted.details(customer, catalog, clock.instant(), payWithin)));
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
                  .find(storeId, List.of())
                  .map(
                      store ->
                          store
                              .filter(own -> own.ownerId().equals(caller.sub()))
                              .map(own -> order)
                              .orElseThrow(() -> notFound(order.id())));
            })
        .map(OrderView::of);
  }

  private Future<OrderView> revise(RoutingContext ctx) {
    JsonObject patch = ctx.body().asJsonObject();
    Address address =
        patch.containsKey("address")
            ? Json.toObject(patch.getJsonObject("address"), Address.class)
            : null;
    String memo =
        patch.containsKey("memo")
            ? String.valueOf(patch.getValue("memo") == null ? "" : patch.getValue("memo"))
            : null;
    if (!patch.containsKey("lines")) {
      return ofCustomer(ctx, (order, now) -> order.revise(null, address, memo, now))
          .map(OrderView::of);
    }
    List<Catalog.Wanted> wanted =
        List.of(Json.decode(patch.getJsonArray("lines").encode(), Catalog.Wanted[].class));
    return orders
        .find(id(ctx))
        .map(order -> own(order, ctx))
        .compose(
            order ->
                catalogs.find(
                    order.details().storeId(),
                    wanted.stream().map(Catalog.Wanted::menuId).toList()))
        .compose(
            catalog -> {
              Catalog menus = catalog.orElseThrow();
              return ofCustomer(
                  ctx,
                  (order, now) -> order.revise(order.priced(wanted, menus), address, memo, now));
            })
        .map(OrderView::of);
  }

  private Future<OrderView> cancel(RoutingContext ctx) {
    JsonObject body = ctx.body().asJsonObject();
    String reason = body == null ? "" : body.getString("reason", "");
    return ofCustomer(ctx, (order, now) -> order.cancel(Text.isBlank(reason) ? "" : reason, now))
        .map(OrderView::of)
        .map(view -> view.status() == OrderStatus.CANCELED ? view : Reply.accepted(ctx, view));
  }

  private Future<OrderView> confirm(RoutingContext ctx) {
    return ofCustomer(ctx, (order, now) -> order.confirm(true, now)).map(OrderView::of);
  }

  private Future<Order> ofCustomer(
      RoutingContext ctx, BiFunction<Order, Instant, Change<Order>> transition) {
    return orders.change(id(ctx), order -> transition.apply(own(order, ctx), clock.instant()));
  }

  private static Order own(Order order, RoutingContext ctx) {
    if (!order.details().customerId().equals(Caller.of(ctx).sub())) {
      throw notFound(order.id());
    }
    return order;
  }

  /** Also for an order of somebody else: that it exists is not theirs to know. */
  private static Refusal notFound(String orderId) {
    return Refusal.notFound("there is no order " + orderId);
  }

  /** What payment asks before it charges. */
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
    UseCoupon use = Json.toObject(ctx.body().asJsonObject(), UseCoupon.class);
    return orders
        .change(
            id(ctx),
            order -> {
              if (!order.details().customerId().equals(use.customerId())) {
                throw notFound(order.id());
              }
              return order.useCoupon(use.couponId(), use.discount(), clock.instant());
            })
        .map(Due::of);
  }

  private static String id(RoutingContext ctx) {
    return ctx.pathParam("orderId");
  }
}
