package baedal.gateway;

import baedal.runtime.ServiceClient;
import baedal.runtime.Tokens;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;

/**
 * The dev routes of a one-machine run. They issue a token for any person, and control the simulated
 * payment provider. The gateway has them only with {@code DEV_DOORS=true}.
 */
final class DevApi {

  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  private final Tokens tokens;
  private final ServiceClient payment;

  DevApi(Vertx vertx, GatewayConfig config, Tokens tokens) {
    this.tokens = tokens;
    payment =
        new ServiceClient(vertx, "payment", config.upstreams().get("payment"), tokens, "gateway");
  }

  void mount(Router router) {
    router.post("/dev/tokens").respond(this::issueToken);
    router.put("/dev/payment-provider").respond(this::setPaymentProvider);
  }

  private Future<JsonObject> issueToken(RoutingContext ctx) {
    JsonObject body = ctx.body().asJsonObject();
    String token =
        tokens.issue(
            body.getString("sub"),
            strings(body.getJsonArray("roles")),
            strings(body.getJsonArray("stores")));
    return Future.succeededFuture(new JsonObject().put("token", token));
  }

  private Future<Void> setPaymentProvider(RoutingContext ctx) {
    return payment.put("/dev/payment-provider", ctx.body().asJsonObject(), TIMEOUT).mapEmpty();
  }

  private static List<String> strings(JsonArray array) {
    return array == null ? List.of() : array.stream().map(String.class::cast).toList();
  }
}
