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
 * Handles {@code POST /checkouts}: places an order and pays for it. The status is 201 if the order
 * is paid, 402 if the payment is declined, and 202 if the order is placed and can be paid later.
 * Once the order is placed, every response contains it.
 */
final class Checkout {

  private static final Logger log = LoggerFactory.getLogger(Checkout.class);

  static final int CONNECTIONS = 256;

  private static final Duration ORDER_TIMEOUT = Duration.ofSeconds(5);

  /**
   * Short enough that placing, paying and reading the order again take less than {@link
   * HttpApi#ANSWERS_WITHIN} together.
   */
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(2);

  /**
   * The header in which order states the amount due of a new order, signed for payment. Clients
   * neither send nor receive it.
   */
  static final String ORDER_DUE = "Order-Due";

  private static final String RETRY_AFTER = "Retry-After";
  private static final String JSON = "application/json";

  private final Upstream order;
  private final PaymentBreaker payments;
  private final OrderAdmission admission;

  Checkout(Upstream order, PaymentBreaker payments, OrderAdmission admission) {
    this.order = order;
    this.payments = payments;
    this.admission = admission;
  }

  void handle(RoutingContext ctx) {
    ConcurrentRequestLimits.countUntil(ctx, answer(ctx))
        .compose(answer -> answer.send(ctx))
        .onFailure(ctx::fail);
  }

  private Future<Answer> answer(RoutingContext ctx) {
    JsonObject body = ctx.body().asJsonObject();
    return admission
        .measure(order.post(ctx, "/orders", body.getJsonObject("order"), ORDER_TIMEOUT))
        .map(ServiceResponse::of)
        .onFailure(e -> log.atWarn().addKeyValue("cause", e).log("placing the order failed"))
        .recover(e -> Future.failedFuture(orderUnavailable()))
        .compose(
            placed ->
                placed.status() == 201
                    ? pay(ctx, placed, body.getJsonObject("payment"))
                    : Future.succeededFuture(placed.asProblemOf("order", ctx)));
  }

  /** The future never fails. Every response contains the order, also if the payment fails. */
  private Future<Answer> pay(RoutingContext ctx, ServiceResponse order, JsonObject payment) {
    JsonObject placed = order.body();
    return payments
        .pay(ctx, payment.copy().put("orderId", placed.getString("orderId")), order.due())
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
   * Reads the order again, because it may have been canceled or expired since it was placed.
   * Returns {@code placed} if the order cannot be read.
   */
  private Future<JsonObject> readAgain(RoutingContext ctx, JsonObject placed) {
    return order
        .get(ctx, "/orders/" + placed.getString("orderId"), READ_TIMEOUT)
        .map(found -> found.statusCode() == 200 ? found.bodyAsJsonObject() : placed)
        .otherwise(placed);
  }

  /**
   * A response of the order or payment service.
   *
   * @param retryAfter its {@code Retry-After}, in seconds; null if it has none
   * @param due its {@link #ORDER_DUE}; null if it has none
   */
  private record ServiceResponse(int status, String retryAfter, String due, JsonObject body) {

    static ServiceResponse of(HttpResponse<Buffer> response) {
      JsonObject body = response.bodyAsJsonObject();
      if (body == null) {
        throw new IllegalStateException(
            "the response has no body, status " + response.statusCode());
      }
      return new ServiceResponse(
          response.statusCode(),
          response.getHeader(RETRY_AFTER),
          response.getHeader(ORDER_DUE),
          body);
    }

    static String retryAfter(Throwable e) {
      Duration wait = e instanceof Refusal no ? no.retryAfter() : Upstream.RETRY_AFTER;
      return Problems.retryAfter(wait);
    }

    /**
     * Returns this problem as the answer to the checkout. Its pointers name fields of the body that
     * the service got. That body is the field {@code part} of the checkout's body, so each pointer
     * gets {@code part} as its prefix.
     */
    Answer asProblemOf(String part, RoutingContext ctx) {
      for (Object error : body.getJsonArray("errors", new JsonArray())) {
        JsonObject fault = (JsonObject) error;
        fault.put("pointer", "/" + part + fault.getString("pointer"));
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
    return Forwarding.unavailable("order");
  }
}
