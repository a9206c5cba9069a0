package baedal.gateway;

import baedal.runtime.Problems;
import baedal.runtime.Refusal;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.client.HttpResponse;
import java.time.Duration;

/**
 * Order and pay in one call: 201 paid, 402 declined, 202 placed but pay later; the order is never
 * lost.
 */
final class Checkout {

  static final int CONNECTIONS = 256;

  private static final Duration ORDER_TIMEOUT = Duration.ofSeconds(5);

  private final Upstream order;
  private final PaymentBreaker payments;

  Checkout(Upstream order, PaymentBreaker payments) {
    this.order = order;
    this.payments = payments;
  }

  void handle(RoutingContext ctx) {
    JsonObject asked = ctx.body().asJsonObject();
    order
        .post(ctx, "/orders", asked.getJsonObject("order"), ORDER_TIMEOUT)
        .recover(e -> Future.failedFuture(orderAway()))
        .onSuccess(
            placed -> {
              if (placed.statusCode() == 201) {
                pay(ctx, placed.bodyAsJsonObject(), asked.getJsonObject("payment"));
              } else {
                GatewayApi.pass(ctx, placed);
              }
            })
        .onFailure(ctx::fail);
  }

  private void pay(RoutingContext ctx, JsonObject placed, JsonObject payment) {
    String orderId = placed.getString("orderId");
    payments
        .pay(ctx, payment.copy().put("orderId", orderId))
        .onSuccess(
            response -> {
              if (response.statusCode() == 409) {
                present(ctx, placed).onSuccess(order -> settled(ctx, order, response));
              } else {
                settled(ctx, placed, response);
              }
            })
        .onFailure(e -> later(ctx, placed, (Refusal) e));
  }

  /**
   * The order as it is now: since this checkout placed it, it may have been canceled or expired.
   */
  private Future<JsonObject> present(RoutingContext ctx, JsonObject placed) {
    return order
        .get(ctx, "/orders/" + placed.getString("orderId"), ORDER_TIMEOUT)
        .map(found -> found.statusCode() == 200 ? found.bodyAsJsonObject() : placed)
        .otherwise(placed);
  }

  private static void settled(
      RoutingContext ctx, JsonObject placed, HttpResponse<Buffer> response) {
    boolean paid = response.statusCode() == 201;
    JsonObject body =
        paid
            ? new JsonObject().put("order", placed).put("payment", response.bodyAsJsonObject())
            : response
                .bodyAsJsonObject()
                .put("instance", ctx.request().path())
                .put("order", placed);
    if (paid) {
      ctx.response().putHeader(HttpHeaders.LOCATION, "/orders/" + placed.getString("orderId"));
    }
    ctx.response()
        .setStatusCode(response.statusCode())
        .putHeader(HttpHeaders.CONTENT_TYPE, paid ? "application/json" : Problems.MEDIA_TYPE)
        .end(body.toBuffer());
  }

  private static void later(RoutingContext ctx, JsonObject placed, Refusal refusal) {
    ctx.response()
        .setStatusCode(202)
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
        .putHeader(HttpHeaders.LOCATION, "/orders/" + placed.getString("orderId"))
        .putHeader("Retry-After", Long.toString(Math.max(1, refusal.retryAfter().toSeconds())))
        .end(
            new JsonObject()
                .put("order", placed)
                .put("payment", new JsonObject().put("status", "RETRY_LATER"))
                .toBuffer());
  }

  private static Refusal orderAway() {
    return Refusal.unavailable(
        "order-unavailable",
        "not possible right now: try again a little later",
        Upstream.RETRY_AFTER);
  }
}
