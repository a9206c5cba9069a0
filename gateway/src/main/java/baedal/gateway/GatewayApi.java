package baedal.gateway;

import baedal.runtime.Tokens;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.client.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the gateway answers itself: payments behind the breaker, checkouts, the system's health, the
 * dev doors.
 */
final class GatewayApi {

  private static final int CONNECTIONS = 64;
  private static final Duration HEALTH_TIMEOUT = Duration.ofSeconds(3);

  private final GatewayConfig config;
  private final Tokens tokens;
  private final PaymentBreaker payments;
  private final Checkout checkout;
  private final DevPaymentProvider provider;
  private final Map<String, Upstream> upstreams = new TreeMap<>();
  private Future<JsonObject> asking;

  GatewayApi(
      Vertx vertx,
      GatewayConfig config,
      Tokens tokens,
      PaymentBreaker payments,
      ForwardedHeaders forwarded) {
    this.config = config;
    this.tokens = tokens;
    this.payments = payments;
    config
        .upstreams()
        .forEach(
            (name, url) -> upstreams.put(name, new Upstream(vertx, url, CONNECTIONS, forwarded)));
    checkout =
        new Checkout(
            new Upstream(vertx, config.upstreams().get("order"), Checkout.CONNECTIONS, forwarded),
            payments);
    provider = new DevPaymentProvider(vertx, config, tokens);
  }

  void mount(Router router) {
    router.get("/").handler(GatewayApi::index);
    router.get("/health").handler(this::health);
    router.get("/deadLetters").respond(this::deadLetters);
    router.post("/payments").handler(this::pay);
    router.post("/checkouts").handler(checkout::handle);
    if (config.devDoors()) {
      router.post("/dev/tokens").respond(this::token);
      router.put("/dev/payment-provider").respond(provider::set);
    }
  }

  private void pay(RoutingContext ctx) {
    ConcurrentRequestLimits.countUntil(ctx, payments.pay(ctx, ctx.body().asJsonObject()))
        .onSuccess(response -> pass(ctx, response))
        .onFailure(ctx::fail);
  }

  /** Answers with what a service answered. */
  static Future<Void> pass(RoutingContext ctx, HttpResponse<Buffer> response) {
    ctx.response().setStatusCode(response.statusCode());
    for (String name : List.of("Content-Type", "Location", "Retry-After")) {
      if (response.getHeader(name) != null) {
        ctx.response().putHeader(name, response.getHeader(name));
      }
    }
    return ctx.response().end(response.body() == null ? Buffer.buffer() : response.body());
  }

  private void health(RoutingContext ctx) {
    state()
        .onSuccess(
            state ->
                ctx.response()
                    .setStatusCode(state.getString("status").equals("UP") ? 200 : 503)
                    .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                    .end(state.toBuffer()))
        .onFailure(ctx::fail);
  }

  /** However many want to know, the services are asked once at a time. */
  private Future<JsonObject> state() {
    if (asking == null || asking.isComplete()) {
      asking = askAll();
    }
    return asking;
  }

  private Future<JsonObject> askAll() {
    List<Future<Boolean>> asked = new ArrayList<>();
    upstreams.values().forEach(upstream -> asked.add(upstream.ready(HEALTH_TIMEOUT)));
    return Future.join(asked)
        .map(
            all -> {
              JsonObject services = new JsonObject();
              int i = 0;
              for (String name : upstreams.keySet()) {
                services.put(name, asked.get(i++).result() ? "UP" : "DOWN");
              }
              boolean up = asked.stream().allMatch(Future::result);
              return new JsonObject()
                  .put("status", up ? "UP" : "DOWN")
                  .put("services", services)
                  .put("breakers", new JsonObject().put("payment", payments.state().name()));
            });
  }

  /** How many each service has; null for one that does not answer. */
  private Future<JsonObject> deadLetters(RoutingContext ctx) {
    return ConcurrentRequestLimits.countUntil(ctx, countDeadLetters(ctx));
  }

  private Future<JsonObject> countDeadLetters(RoutingContext ctx) {
    List<Future<JsonObject>> asked = new ArrayList<>();
    upstreams.forEach(
        (service, upstream) ->
            asked.add(
                upstream
                    .get(ctx, "/deadLetters/" + service + "?limit=1", HEALTH_TIMEOUT)
                    .map(response -> response.bodyAsJsonObject().getLong("total"))
                    .otherwise((Long) null)
                    .map(total -> new JsonObject().put("service", service).put("total", total))));
    return Future.all(asked)
        .map(all -> new JsonObject().put("items", new JsonArray(all.list())).putNull("next"));
  }

  private Future<JsonObject> token(RoutingContext ctx) {
    JsonObject asked = ctx.body().asJsonObject();
    String token =
        tokens.issue(
            asked.getString("sub"),
            texts(asked.getJsonArray("roles")),
            texts(asked.getJsonArray("stores")));
    return Future.succeededFuture(new JsonObject().put("token", token));
  }

  private static List<String> texts(JsonArray array) {
    return array == null ? List.of() : array.stream().map(String.class::cast).toList();
  }

  private static void index(RoutingContext ctx) {
    ctx.response()
        .putHeader(HttpHeaders.CONTENT_TYPE, "text/html; charset=utf-8")
        .sendFile("baedal/gateway/index.html");
  }
}
