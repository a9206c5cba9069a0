package baedal.payment;

import baedal.events.Fulfilment;
import baedal.events.PaymentMethod;
import baedal.postgres.PgDatabase;
import baedal.runtime.Caller;
import baedal.runtime.Digest;
import baedal.runtime.HttpApi;
import baedal.runtime.IdempotencyKey;
import baedal.runtime.Ids;
import baedal.runtime.Json;
import baedal.runtime.WarmUp;
import baedal.runtime.WarmUpRequests;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;

/**
 * The steps with which the payment service warms up. A payment is charged in a transaction that is
 * rolled back. The charge goes to the simulated provider, never to a real one. Requests to the own
 * server find no order.
 */
final class PaymentWarmUp {

  private static final String CARD = "4242424242424242";
  private static final Duration PROVIDER_TIME = Duration.ofSeconds(5);

  private final Vertx vertx;
  private final PgDatabase postgres;
  private final OrderClient orders;
  private final WarmUpRequests requests;
  private final boolean signsPeople;
  private final Clock clock;

  /** {@code signsPeople}: the secret of the services signs people's tokens, too. */
  PaymentWarmUp(
      Vertx vertx,
      PgDatabase postgres,
      OrderClient orders,
      WarmUpRequests requests,
      boolean signsPeople,
      Clock clock) {
    this.vertx = vertx;
    this.postgres = postgres;
    this.orders = orders;
    this.requests = requests;
    this.signsPeople = signsPeople;
    this.clock = clock;
  }

  void addTo(WarmUp warmUp) {
    warmUp
        .step("pay an order", () -> PaymentRepository.rollBack(postgres, this::pay))
        .step("orders with payment", this::findNoPayment);
    if (signsPeople) {
      JsonObject body =
          new JsonObject()
              .put("orderId", WarmUpRequests.ID)
              .put("method", "CARD")
              .put("card", CARD);
      warmUp.step(
          "pay no order",
          () -> requests.sendAsPerson(HttpMethod.POST, "/payments", Caller.CUSTOMER, body, 404));
    }
  }

  private Future<?> findNoPayment() {
    JsonObject body = new JsonObject().put("orderIds", new JsonArray().add(WarmUpRequests.ID));
    return requests.sendAsService(HttpMethod.POST, "/internal/payments/standing", body, 200);
  }

  private Future<?> pay(PaymentRepository payments, SimulatedProviderRepository simulated) {
    PaymentProvider provider = new SimulatedProvider(vertx, simulated);
    PayOrder payOrder =
        new PayOrder(
            orders,
            payments,
            new ChargePayment(payments, provider, clock),
            new InFlightPayments(vertx),
            clock);
    return payOrder
        .pay(request(Ids.next()))
        .map(result -> Json.encode(PaymentView.of(result.payment())));
  }

  private PaymentRequest request(String orderId) {
    PaymentApi.Pay body = new PaymentApi.Pay(orderId, PaymentMethod.CARD, CARD);
    return new PaymentRequest(
        orderId,
        WarmUpRequests.ID,
        PaymentMethod.CARD,
        CARD,
        new IdempotencyKey(WarmUpRequests.ID, Ids.next(), Digest.sha256(Json.encode(body))),
        new Payment.Due(orderId, WarmUpRequests.ID, 18_500, 1, 1, "PLACED", Fulfilment.DELIVERY),
        new CallersWait(vertx, HttpApi.ANSWERS_WITHIN, PROVIDER_TIME));
  }
}
