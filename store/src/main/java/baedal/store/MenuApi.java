package baedal.store;

import baedal.events.Change;
import baedal.events.Stay;
import baedal.runtime.Caller;
import baedal.runtime.IdempotencyKey;
import baedal.runtime.Json;
import baedal.runtime.Page;
import baedal.runtime.Paging;
import baedal.runtime.Refusal;
import baedal.runtime.Reply;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The routes of menus: everyone may read them, a store's owner and staff may change them. */
final class MenuApi {

  private static final Logger log = LoggerFactory.getLogger(MenuApi.class);
  private static final String STOCK = "stock";

  private final StoreRepository repository;
  private final StoreApi stores;
  private final Clock clock;

  MenuApi(StoreRepository repository, StoreApi stores, Clock clock) {
    this.repository = repository;
    this.stores = stores;
    this.clock = clock;
  }

  void mount(Router router) {
    router.get("/stores/:storeId/menus").respond(this::list);
    router.get("/stores/:storeId/menus/:menuId").respond(this::show);
    router.put("/stores/:storeId/menus/:menuId").respond(this::put);
    router.patch("/stores/:storeId/menus/:menuId").respond(this::revise);
    router.post("/stores/:storeId/menus/:menuId/stock").respond(this::addStock);
    router.delete("/stores/:storeId/menus/:menuId").respond(this::remove);
  }

  private Future<Page<MenuView>> list(RoutingContext ctx) {
    String after = Paging.last(ctx);
    int limit = Paging.limit(ctx);
    return stores
        .existing(ctx)
        .compose(
            store -> {
              Stay stay = stay(ctx, store);
              return repository
                  .menus(store.id(), ctx.request().getParam("attribute"), after, limit + 1)
                  .map(found -> Page.of(found, limit, menu -> Paging.encode(menu.menuId())))
                  .map(page -> page.map(menu -> MenuView.of(menu, stay)));
            });
  }

  private Stay stay(RoutingContext ctx, Store store) {
    boolean hotel = store.kind() == Store.Kind.ROOM;
    return StayQuery.of(ctx, hotel, hotel ? store.today(clock.instant()) : null);
  }

  private Future<MenuView> show(RoutingContext ctx) {
    return repository.menu(storeId(ctx), menuId(ctx)).map(MenuApi::onSale).map(MenuView::of);
  }

  private Future<MenuView> put(RoutingContext ctx) {
    MenuRequest request = MenuRequest.put(ctx.body().asJsonObject());
    return change(
        ctx,
        "menu",
        request.body(),
        (store, before) -> {
          String menuId = before == null ? menuId(ctx) : before.menuId();
          return Menu.put(before, store, menuId, request.form(), clock.instant());
        });
  }

  private Future<MenuView> revise(RoutingContext ctx) {
    MenuRequest request = MenuRequest.patch(ctx.body().asJsonObject());
    return change(
        ctx,
        "patch",
        request.body(),
        (store, before) -> onSale(before).revise(store, request.form(), clock.instant()));
  }

  /**
   * A request to change the stock by a difference. A negative {@code add} reduces the stock; {@code
   * reason} may be null.
   */
  record AddStock(int add, String reason) {}

  private Future<MenuView> addStock(RoutingContext ctx) {
    AddStock request = Json.toObject(ctx.body().asJsonObject(), AddStock.class);
    AtomicBoolean added = new AtomicBoolean();
    return change(
            ctx,
            STOCK,
            Json.fromObject(request),
            (store, before) -> {
              added.set(true);
              return onSale(before).add(store, request.add(), clock.instant());
            })
        .onSuccess(
            menu -> {
              if (added.get()) { // false if a repeated request got the saved answer
                logAdded(ctx, request, menu);
              }
            });
  }

  private static void logAdded(RoutingContext ctx, AddStock request, MenuView menu) {
    log.atInfo()
        .addKeyValue("storeId", storeId(ctx))
        .addKeyValue("menuId", oneLine(menu.menuId()))
        .addKeyValue("by", oneLine(Caller.of(ctx).sub()))
        .addKeyValue("add", request.add())
        .addKeyValue(STOCK, menu.stock())
        .addKeyValue("held", menu.held())
        .addKeyValue("reason", request.reason() == null ? "" : oneLine(request.reason()))
        .log("stock changed by the store's owner or staff");
  }

  /**
   * Replaces line breaks and other control characters, so that a client's text cannot imitate a log
   * line.
   */
  private static String oneLine(String text) {
    return text.replaceAll("[\\p{Cc}\u2028\u2029]", " ");
  }

  private Future<Void> remove(RoutingContext ctx) {
    return stores
        .own(ctx)
        .compose(store -> repository.menu(store.id(), menuId(ctx)))
        .map(MenuApi::onSale)
        .compose(menu -> repository.changeMenu(menu.key(), m -> m.remove(clock.instant())))
        .mapEmpty();
  }

  /**
   * The answer to a menu change, as it is saved for a repeated request.
   *
   * @param created true if the menu was not on sale before the change: the HTTP status is then 201
   * @param menu the menu after the change
   */
  record Changed(boolean created, MenuView menu) {

    static Changed of(Menu before, Menu after) {
      return new Changed(before == null || before.removed(), MenuView.of(after));
    }
  }

  /**
   * Changes a menu of a store that the caller owns or works for, once for each idempotency key. A
   * repeated request must have the same path, {@code kind} of change and {@code body} as the first
   * request.
   */
  private Future<MenuView> change(
      RoutingContext ctx,
      String kind,
      JsonObject body,
      BiFunction<Store, Menu, Change<Menu>> transition) {
    String storeId = storeId(ctx);
    String menuId = menuId(ctx);
    JsonObject keyedBody =
        new JsonObject().put("storeId", storeId).put("menuId", menuId).put(kind, body);
    return stores
        .own(ctx)
        .compose(
            store ->
                repository
                    .menuKey(storeId, menuId)
                    .compose(
                        key ->
                            repository.changeMenu(
                                key,
                                IdempotencyKey.of(ctx, keyedBody).orElse(null),
                                before -> transition.apply(store, before),
                                (before, after) -> Json.fromObject(Changed.of(before, after)),
                                clock.instant())))
        .map(answer -> Json.toObject(answer, Changed.class))
        .map(
            changed ->
                changed.created()
                    ? Reply.created(
                        ctx, Reply.path("stores", storeId, "menus", menuId), changed.menu())
                    : changed.menu());
  }

  private static Menu onSale(Menu menu) {
    if (menu == null || menu.removed()) {
      throw Refusal.notFound("the store sells no menu with this id");
    }
    return menu;
  }

  private static String storeId(RoutingContext ctx) {
    return ctx.pathParam("storeId");
  }

  private static String menuId(RoutingContext ctx) {
    return ctx.pathParam("menuId");
  }
}
