package baedal.gateway;

import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/**
 * The routes {@code GET /health} and {@code GET /deadLetters}. The gateway asks all services which
 * of them are ready, and how many dead letters each has.
 */
final class SystemApi {

  private static final Duration TIMEOUT = Duration.ofSeconds(3);

  private final SortedMap<String, Upstream> services;
  private final PaymentBreaker payments;
  private Future<JsonObject> runningCheck;

  /**
   * Runs on one event loop. {@code services} maps the name of each service to the HTTP client that
   * calls it.
   */
  SystemApi(SortedMap<String, Upstream> services, PaymentBreaker payments) {
    this.services = services;
    this.payments = payments;
  }

  void mount(Router router) {
    router.get("/health").handler(this::health);
    router.get("/deadLetters").respond(this::deadLetters);
  }

  private void health(RoutingContext ctx) {
    check()
        .onSuccess(
            health ->
                ctx.response()
                    .setStatusCode(health.getString("status").equals("UP") ? 200 : 503)
                    .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                    .end(health.toBuffer()))
        .onFailure(ctx::fail);
  }

  /** Requests that arrive during a check share its result. */
  private Future<JsonObject> check() {
    if (runningCheck == null || runningCheck.isComplete()) {
      runningCheck = checkAll();
    }
    return runningCheck;
  }

  private Future<JsonObject> checkAll() {
    List<Future<Boolean>> checks = new ArrayList<>();
    services.values().forEach(service -> checks.add(service.ready(TIMEOUT)));
    return Future.join(checks)
        .map(
            all -> {
              JsonObject states = new JsonObject();
              int i = 0;
              for (String name : services.keySet()) {
                states.put(name, checks.get(i++).result() ? "UP" : "DOWN");
              }
              boolean up = checks.stream().allMatch(Future::result);
              return new JsonObject()
                  .put("status", up ? "UP" : "DOWN")
                  .put("services", states)
                  .put("breakers", new JsonObject().put("payment", payments.state().name()));
            });
  }

  private Future<JsonObject> deadLetters(RoutingContext ctx) {
    return ConcurrentRequestLimits.countUntil(ctx, countDeadLetters(ctx));
  }

  /** The number of dead letters of each service; null for a service that does not respond. */
  private Future<JsonObject> countDeadLetters(RoutingContext ctx) {
    List<Future<JsonObject>> counts = new ArrayList<>();
    services.forEach(
        (name, service) ->
            counts.add(
                service
                    .get(ctx, "/deadLetters/" + name + "?limit=1", TIMEOUT)
                    .map(response -> response.bodyAsJsonObject().getLong("total"))
                    .otherwise((Long) null)
                    .map(total -> new JsonObject().put("service", name).put("total", total))));
    return Future.all(counts)
        .map(all -> new JsonObject().put("items", new JsonArray(all.list())).putNull("next"));
  }
}
