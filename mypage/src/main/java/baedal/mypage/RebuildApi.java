package baedal.mypage;

import baedal.runtime.Reply;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** The routes with which an operator rebuilds all pages. */
final class RebuildApi {

  private final Rebuild rebuild;

  RebuildApi(Rebuild rebuild) {
    this.rebuild = rebuild;
  }

  void mount(Router router) {
    router.post("/rebuilds/mypage").respond(this::begin);
    router.get("/rebuilds/mypage").respond(ctx -> rebuild.state());
  }

  private Future<Rebuild.State> begin(RoutingContext ctx) {
    return rebuild.begin().map(state -> Reply.accepted(ctx, state));
  }
}
