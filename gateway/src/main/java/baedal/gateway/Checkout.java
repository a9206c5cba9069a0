package baedal.gateway;

import baedal.runtime.HttpApi;
import baedal.runtime.Problems;
import baedal.runtime.Refusal;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.client.HttpResponse;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Places an order and pays for it in one call: 201 paid, 402 declined, 202 placed but to be paid
 * later. Once the order is placed, every answer contains it.
 */
final class Checkout {

  private static final Logger log = LoggerFactory.getLogger(Checkout.class);

  static final int CONNECTIONS = 256;

  private static final Duration ORDER_TIMEOUT = Duration.ofSeconds(5);

  /** Placing, paying and reading the order again stay within {@link HttpApi#ANSWERS_WITHIN}. */
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(2);

  private static final String RETRY_AFTER = "Retry-After";
  private static final String JSON = "application/json";

  private final Upstream order;
  private final PaymentBreaker payments;

  Checkout(Upstream order, PaymentBreaker payments) {
    this.order = order;
    this.payments = payments;
  }

  void handle(RoutingContext ctx) {
    ConcurrentRequestLimits.countUntil(ctx, answer(ctx))
        .compose(answer -> answer.send(ctx))
        .onFailure(ctx::fail);
  }

  private Future<Answer> answer(RoutingContext ctx) {
    JsonObject body = ctx.body().asJsonObject();
    return order
        .post(ctx, "/orders", body.getJsonObject("order"), ORDER_TIMEOUT)
        .map(ServiceResponse::of)
        .onFailure(e -> log.atWarn().addKeyValue("cause", e).log("order gave no answer"))
        .recover(e -> Future.failedFuture(orderUnavailable()))
        .compose(
            placed ->
                placed.status() == 201
                    ? pay(ctx, placed.body(), body.getJsonObject("payment"))
                    : Future.succeededFuture(placed.asProblemOf("order", ctx)));
  }

  /** Whatever happens to the payment, the answer contains the order. */
  private Future<Answer> pay(RoutingContext ctx, JsonObject placed, JsonObject payment) {
    return payments
        .pay(ctx, payment.copy().put("orderId", placed.getString("orderId")))
        .map(ServiceResponse::of)
        .compose(
            paid ->
                switch (paid.status()) {
                  case 201 -> Future.succeededFuture(paid(placed, paid.body()));
                  case 409 -> readAgain(ctx, placed).map(latest -> unpaid(ctx, latest, paid));
                  case 503 -> Future.succeededFuture(later(placed, paid.retryAfter()));
                  default -> Future.succeededFuture(unpaid(ctx, placed, paid));
                })
        .recover(e -> Future.succeededFuture(later(placed, ServiceResponse.retryAfter(e))));
  }

  /**
   * The order as it is now: since this checkout placed it, it may have been canceled or expired.
   */
  private Future<JsonObject> readAgain(RoutingContext ctx, JsonObject placed) {
    return order
        .get(ctx, "/orders/" + placed.getString("orderId"), READ_TIMEOUT)
        .map(found -> found.statusCode() == 200 ? found.bodyAsJsonObject() : placed)
        .otherwise(placed);
  }

  /** The response of one of the two services; {@code retryAfter}, in seconds, may be null. */
  private record ServiceResponse(int status, String retryAfter, JsonObject body) {

    static ServiceResponse of(HttpResponse<Buffer> response) {
      JsonObject body = response.bodyAsJsonObject();
      if (body == null) {
        throw new IllegalStateException("a response without a body: " + response.statusCode());
      }
      return new ServiceResponse(response.statusCode(), response.getHeader(RETRY_AFTER), body);
    }

    static String retryAfter(Throwable e) {
      Duration wait = e instanceof Refusal no ? no.retryAfter() : Upstream.RETRY_AFTER;
      return Problems.retryAfter(wait);
    }

    /** The problem with its pointers moved to {@code half} of the checkout's body. */
    Answer asProblemOf(String half, RoutingContext ctx) {
      for (Object error : body.getJsonArray("errors", new JsonArray())) {
        JsonObject fault = (JsonObject) error;
        fault.put("pointer", "/" + half + fault.getString("pointer"));
      }
      return new Answer(
          status, Problems.MEDIA_TYPE, retryAfter, body.put("instance", ctx.request().path()));
    }
  }

  private record Answer(int status, String contentType, String retryAfter, JsonObject body) {

    Future<Void> send(RoutingContext ctx) {
      HttpServerResponse response = ctx.response().setStatusCode(status);
      response.putHeader(HttpHeaders.CONTENT_TYPE, contentType);
      if (status < 300) {
        String orderId = body.getJsonObject("order").getString("orderId");
        response.putHeader(HttpHeaders.LOCATION, "/orders/" + orderId);
      }
      if (retryAfter != null) {
        response.putHeader(RETRY_AFTER, retryAfter);
      }
      return response.end(body.toBuffer());
    }
  }

  private static Answer paid(JsonObject placed, JsonObject payment) {
    return new Answer(
        201, JSON, null, new JsonObject().put("order", placed).put("payment", payment));
  }

  private static Answer unpaid(RoutingContext ctx, JsonObject placed, ServiceResponse payment) {
    Answer problem = payment.asProblemOf("payment", ctx);
    problem.body().put("order", placed);
    return problem;
  }

  private static Answer later(JsonObject placed, String retryAfter) {
    JsonObject payment = new JsonObject().put("status", "RETRY_LATER");
    return new Answer(
        202, JSON, retryAfter, new JsonObject().put("order", placed).put("payment", payment));
  }

  private static Refusal orderUnavailable() {
    return Refusal.unavailable(
        "order-unavailable",
        "not possible right now: try again a little later",
        Upstream.RETRY_AFTER);
  }
}
