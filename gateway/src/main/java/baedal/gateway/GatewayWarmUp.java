package baedal.gateway;

import baedal.runtime.Caller;
import baedal.runtime.Identity;
import baedal.runtime.Tokens;
import baedal.runtime.WarmUp;
import baedal.runtime.WarmUpRequests;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;

/**
 * The steps with which the gateway warms up: requests through its pipeline to order and payment,
 * which refuse them. They arrive at a server of their own, which closes after the warm-up, so that
 * they do not count for the rate limits. They never reach the circuit breaker.
 */
final class GatewayWarmUp {

  private static final String ORDER = "/orders/" + WarmUpRequests.ID;

  /** There is no store with this id, so order refuses the order. */
  private static final JsonObject CHECKOUT =
      new JsonObject(
          """
          {"order": {"storeId": "%s", "lines": [{"menuId": "m-1", "quantity": 2, "options": ["순살"]}],
                     "fulfilment": "DELIVERY", "memo": "문 앞에 놓아 주세요",
                     "address": {"text": "서울 마포구 연남동 1-1", "lat": 37.56, "lng": 126.925}},
           "payment": {"method": "CARD", "card": "4242424242424242"}}
          """
              .formatted(WarmUpRequests.ID));

  /** A payment on delivery bypasses the circuit breaker. */
  private static final JsonObject PAYMENT =
      new JsonObject().put("orderId", WarmUpRequests.ID).put("method", "ON_DELIVERY");

  private final WarmUp warmUp;
  private final RateLimits rateLimits;
  private final WarmUpRequests requests;
  private final boolean signsPeople;
  private HttpServer server;
  private int port;

  GatewayWarmUp(
      Vertx vertx, WarmUp warmUp, RateLimits rateLimits, Tokens tokens, Identity identity) {
    this.warmUp = warmUp;
    this.rateLimits = rateLimits;
    requests = new WarmUpRequests(vertx, () -> port, "gateway", tokens);
    signsPeople = identity.signsPeople();
  }

  /** Listens with {@code made}, and begins when the order service responds. */
  void start(HttpServer made) {
    if (!warmUp.isOn()) {
      return;
    }
    server = made;
    warmUp.step("read no order", () -> requests.findNothing(ORDER));
    if (signsPeople) {
      warmUp
          .step("check out at no store", () -> sendAsCustomer("/checkouts", CHECKOUT, 400))
          .step("pay no order", () -> sendAsCustomer("/payments", PAYMENT, 404));
    }
    warmUp.ended().onSuccess(v -> close());
    server
        .listen()
        .onSuccess(
            listening -> {
              port = listening.actualPort();
              rateLimits.exempt(port);
            })
        .onComplete(done -> warmUp.startWhen(() -> requests.findNothing(ORDER)));
  }

  private Future<?> sendAsCustomer(String path, JsonObject body, int status) {
    return requests.sendAsPerson(HttpMethod.POST, path, Caller.CUSTOMER, body, status);
  }

  /** Ends the warm-up. */
  Future<Void> stop() {
    warmUp.stop();
    return close();
  }

  private Future<Void> close() {
    if (server == null) {
      return Future.succeededFuture();
    }
    HttpServer closing = server;
    server = null;
    rateLimits.exempt(RateLimits.NO_PORT);
    requests.close();
    return closing.close();
  }
}
