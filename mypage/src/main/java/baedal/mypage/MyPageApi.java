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

/** The routes of customers: their pages, the live streams and their notifications. */
final class MyPageApi {

  /** The page of a new order is usually ready within this time. */
  private static final Duration PAGE_READY_WITHIN = Duration.ofSeconds(1);

  private final MyPageRepository pages;
  private final NotificationRepository notifications;
  private final LiveStreams live;
  private final RiderPositions positions;
  private final OrderClient orders;

  MyPageApi(
      MyPageRepository pages,
      NotificationRepository notifications,
      LiveStreams live,
      RiderPositions positions,
      OrderClient orders) {
    this.pages = pages;
    this.notifications = notifications;
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

  /** The response while an order of the caller has no page yet. */
  record Pending(String orderId, String detail) {}

  private Future<?> show(RoutingContext ctx) {
    return own(ctx).map(page -> page.hasDetails() ? view(page) : pending(ctx, page));
  }

  private static Pending pending(RoutingContext ctx, MyPage page) {
    ctx.response().putHeader("Retry-After", Problems.retryAfter(PAGE_READY_WITHIN));
    return Reply.accepted(
        ctx,
        new Pending(
            page.orderId(), "the page of this order is not ready yet: " + Refusal.RETRY_LATER));
  }

  /** The stream of an order that has no page yet begins without an event. */
  private void watch(RoutingContext ctx) {
    own(ctx).onSuccess(page -> live.watch(ctx, page)).onFailure(ctx::fail);
  }

  /**
   * Returns the page of the order in the path. Refuses with {@code not-found} if the order is not
   * the caller's. A page without details does not name the customer: then the order service is
   * asked whether the order is the caller's.
   */
  private Future<MyPage> own(RoutingContext ctx) {
    String orderId = ctx.pathParam("orderId");
    String customer = Caller.of(ctx).sub();
    return pages
        .find(orderId)
        .compose(
            found -> {
              MyPage page = found == null ? MyPage.blank(orderId) : found;
              return (page.hasDetails()
                      ? Future.succeededFuture(customer.equals(page.customerId()))
                      : orders.isOwnedBy(orderId, customer))
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

    static NotificationView of(JsonObject notification) {
      return new NotificationView(
          notification.getString("orderId"),
          notification.getString("channel"),
          notification.getString("text"),
          notification.getString("sentAt"));
    }
  }

  private Future<Page<NotificationView>> notifications(RoutingContext ctx) {
    int limit = Paging.limit(ctx);
    String cursor = ctx.request().getParam("cursor");
    List<String> last = cursor == null ? null : Paging.decode(cursor, 2);
    return notifications
        .list(Caller.of(ctx).sub(), last, limit + 1)
        .map(
            found ->
                Page.of(
                    found, limit, n -> Paging.encode(n.getString("sentAt"), n.getString("noted"))))
        .map(page -> page.map(NotificationView::of));
  }
}
