package baedal.runtime;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.healthchecks.CheckResult;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/** The routes for operators: liveness, readiness, and metrics in the format of Prometheus. */
final class OperatorRoutes {

  private final Readiness readiness;

  OperatorRoutes(Readiness readiness) {
    this.readiness = readiness;
  }

  List<Route> mount(Router router) {
    List<Route> routes =
        List.of(
            router.get("/health/live").handler(OperatorRoutes::live),
            router.get("/health/ready").handler(this::ready),
            router.get("/metrics").handler(OperatorRoutes::metrics));
    routes.forEach(route -> route.method(HttpMethod.HEAD));
    return routes;
  }

  private static void live(RoutingContext ctx) {
    answer(ctx, 200, new JsonObject().put("status", "UP"));
  }

  private void ready(RoutingContext ctx) {
    readiness
        .check()
        .onSuccess(
            result -> {
              JsonArray checks = new JsonArray();
              for (CheckResult check : result.getChecks()) {
                checks.add(new JsonObject().put("id", check.getId()).put("status", status(check)));
              }
              answer(
                  ctx,
                  result.getUp() ? 200 : 503,
                  new JsonObject().put("status", status(result)).put("checks", checks));
            })
        .onFailure(ctx::fail);
  }

  private static String status(CheckResult result) {
    return result.getUp() ? "UP" : "DOWN";
  }

  private static void metrics(RoutingContext ctx) {
    ctx.response()
        .putHeader(HttpHeaders.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")
        .end(Boot.metrics(ctx.vertx()).scrape());
  }

  private static void answer(RoutingContext ctx, int status, JsonObject body) {
    ctx.response()
        .setStatusCode(status)
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
        .end(body.toBuffer());
  }
}
