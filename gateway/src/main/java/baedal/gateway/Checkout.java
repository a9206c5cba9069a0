package baedal.gateway;

import baedal.runtime.Problems;
import baedal.runtime.Refusal;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
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
        .compose(
            placed ->
                placed.statusCode() == 201
                    ? pay(ctx, placed.bodyAsJsonObject(), asked.getJsonObject("payment"))
                    : GatewayApi.pass(ctx, placed))
        .onFailure(ctx::fail);
  }

  /** Whatever becomes of the payment, the customer hears of the order. */
  private Future<Void> pay(RoutingContext ctx, JsonObject placed, JsonObject payment) {
    String orderId = placed.getString("orderId");
    return payments
        .pay(ctx, payment.copy().put("orderId", orderId))
        .compose(
            response ->
                response.statusCode() == 409
                    ? present(ctx, placed).map(now -> settled(ctx, now, response))
                    : Future.succeededFuture(settled(ctx, placed, response)))
        .recover(e -> Future.succeededFuture(later(placed, e)))
        .compose(answer -> answer.send(ctx, orderId));
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

  private record Answer(int status, String contentType, Duration retryAfter, JsonObject body) {

    Future<Void> send(RoutingContext ctx, String orderId) {
      HttpServerResponse response = ctx.response().setStatusCode(status);
      response.putHeader(HttpHeaders.CONTENT_TYPE, contentType);
      if (status < 300) {
        response.putHeader(HttpHeaders.LOCATION, "/orders/" + orderId);
      }
      if (retryAfter != null) {
        response.putHeader("Retry-After", Long.toString(Math.max(1, retryAfter.toSeconds())));
      }
      return response.end(body.toBuffer());
    }
  }

  private static Answer settled(
      RoutingContext ctx, JsonObject placed, HttpResponse<Buffer> response) {
    JsonObject answered = response.bodyAsJsonObject();
    if (answered == null) {
      throw new IllegalStateException("payment answered with nothing");
    }
    if (response.statusCode() == 201) {
      JsonObject body = new JsonObject().put("order", placed).put("payment", answered);
      return new Answer(201, "application/json", null, body);
    }
    answered.put("instance", ctx.request().path()).put("order", placed);
    return new Answer(response.statusCode(), Problems.MEDIA_TYPE, null, answered);
  }

  private static Answer later(JsonObject placed, Throwable why) {
    Duration wait = why instanceof Refusal refusal ? refusal.retryAfter() : Upstream.RETRY_AFTER;
    JsonObject payment = new JsonObject().put("status", "RETRY_LATER");
    JsonObject body = new JsonObject().put("order", placed).put("payment", payment);
    return new Answer(202, "application/json", wait, body);
  }

  private static Refusal orderAway() {
    return Refusal.unavailable(
        "order-unavailable",
        "not possible right now: try again a little later",
        Upstream.RETRY_AFTER);
  }
}
