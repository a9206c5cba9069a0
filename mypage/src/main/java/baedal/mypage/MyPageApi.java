package baedal.mypage;

import baedal.runtime.Caller;
import baedal.runtime.Page;
import baedal.runtime.Paging;
import baedal.runtime.Refusal;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/** What customers may ask of MyPage. */
final class MyPageApi {

  private final MyPageRepository pages;
  private final Live live;
  private final Positions positions;

  MyPageApi(MyPageRepository pages, Live live, Positions positions) {
    this.pages = pages;
    this.live = live;
    this.positions = positions;
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

  private Future<MyPageView> show(RoutingContext ctx) {
    return own(ctx).map(this::view);
  }

  private void watch(RoutingContext ctx) {
    own(ctx).onSuccess(page -> live.watch(ctx, page)).onFailure(ctx::fail);
  }

  private Future<MyPage> own(RoutingContext ctx) {
    String orderId = ctx.pathParam("orderId");
    return pages
        .find(orderId)
        .map(
            page -> {
              if (page == null || !Caller.of(ctx).sub().equals(page.customerId())) {
                throw Refusal.notFound("you have no order " + orderId);
              }
              return page;
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
