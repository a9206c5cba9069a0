package baedal.mypage;

import baedal.runtime.Caller;
import baedal.runtime.Page;
import baedal.runtime.Paging;
import baedal.runtime.Problems;
import baedal.runtime.Refusal;
import baedal.runtime.Reply;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;

/** The routes of customers: their pages, live or not, and their notifications. */
final class MyPageApi {

  /** The events of an order usually arrive within this time. */
  private static final Duration PAGE_WITHIN = Duration.ofSeconds(1);

  private final MyPageRepository pages;
  private final LiveStreams live;
  private final RiderPositions positions;
  private final Orders orders;

  MyPageApi(MyPageRepository pages, LiveStreams live, RiderPositions positions, Orders orders) {
    this.pages = pages;
    this.live = live;
    this.positions = positions;
    this.orders = orders;
  }

  void mount(Router router) {
    router.get("/mypages").respond(this::list);
    router.get("/mypages/:orderId").respond(this::show);
    router.get("/mypages/:orderId/live").handler(this::watch);
    router.get("/notifications").respond(this::notifications);
  }

  private Future<Page<MyPageView>> list(RoutingContext ctx) {
    int limit = Paging.limit(ctx);
    String before = Paging.last(ctx);
    return pages
        .list(Caller.of(ctx).sub(), ctx.request().getParam("status"), before, limit + 1)
        .map(found -> Page.of(found, limit, last -> Paging.encode(last.orderId())))
        .map(page -> page.map(this::view));
  }

  /** The answer while an order of the caller has no page yet. */
  record Pending(String orderId, String detail) {}

  private Future<?> show(RoutingContext ctx) {
    return own(ctx).map(page -> page.isKnown() ? view(page) : pending(ctx, page));
  }

  private static Pending pending(RoutingContext ctx, MyPage page) {
    ctx.response().putHeader("Retry-After", Problems.retryAfter(PAGE_WITHIN));
    return Reply.accepted(
        ctx,
        new Pending(page.orderId(), "the order was placed, its page is not ready yet: ask again"));
  }

  /** The stream of an order that has no page yet begins with nothing. */
  private void watch(RoutingContext ctx) {
    own(ctx).onSuccess(page -> live.watch(ctx, page)).onFailure(ctx::fail);
  }

  /**
   * The caller's page. When no event of the order has arrived yet, the order service is asked
   * whether the caller has such an order; then the page is blank.
   */
  private Future<MyPage> own(RoutingContext ctx) {
    String orderId = ctx.pathParam("orderId");
    String customer = Caller.of(ctx).sub();
    return pages
        .find(orderId)
        .compose(
            found -> {
              MyPage page = found == null ? MyPage.blank(orderId) : found;
              return (page.isKnown()
                      ? Future.succeededFuture(customer.equals(page.customerId()))
                      : orders.has(orderId, customer))
                  .map(
                      own -> {
                        if (!own) {
                          throw Refusal.notFound("you have no order " + orderId);
                        }
                        return page;
                      });
            });
  }

  private MyPageView view(MyPage page) {
    return MyPageView.of(page, positions.of(page.orderId()));
  }

  record NotificationView(String orderId, String channel, String text, String sentAt) {

    static NotificationView of(JsonObject note) {
      return new NotificationView(
          note.getString("orderId"),
          note.getString("channel"),
          note.getString("text"),
          note.getString("sentAt"));
    }
  }

  private Future<Page<NotificationView>> notifications(RoutingContext ctx) {
    int limit = Paging.limit(ctx);
    String cursor = ctx.request().getParam("cursor");
    List<String> last = cursor == null ? null : Paging.decode(cursor, 2);
    return pages
        .notifications(Caller.of(ctx).sub(), last, limit + 1)
        .map(
            found ->
                Page.of(
                    found, limit, n -> Paging.encode(n.getString("sentAt"), n.getString("noted"))))
        .map(page -> page.map(NotificationView::of));
  }
}
