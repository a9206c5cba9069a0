package baedal.payment;

import baedal.events.PaymentMethod;
import baedal.runtime.Caller;
import baedal.runtime.HttpApi;
import baedal.runtime.IdempotencyKey;
import baedal.runtime.Json;
import baedal.runtime.Page;
import baedal.runtime.Paging;
import baedal.runtime.Refusal;
import baedal.runtime.Reply;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;

/** The routes of the payment service. */
final class PaymentApi {

  /** Tells the gateway's breaker whether the provider answered this call or was not asked. */
  private static final String PROVIDER = "Payment-Provider";

  /** The milliseconds for which the client waits. */
  private static final String REQUEST_TIMEOUT = "Request-Timeout";

  private final PaymentRepository payments;
  private final PayOrder payOrder;
  private final UnaryOperator<String> digest;
  private final SimulatorProvider simulator;

  /**
   * {@code digest} is what is kept of the body of a request with an idempotency key: no card can be
   * guessed from it. {@code simulator} is null when clients must not set its knobs.
   */
  PaymentApi(
      PaymentRepository payments,
      PayOrder payOrder,
      UnaryOperator<String> digest,
      SimulatorProvider simulator) {
    this.payments = payments;
    this.payOrder = payOrder;
    this.digest = digest;
    this.simulator = simulator;
  }

  void mount(Router router) {
    router.post("/payments").respond(this::pay);
    router.get("/payments").respond(this::list);
    router.post("/internal/payments/standing").respond(this::findStanding);
    if (simulator != null) {
      router.put("/dev/payment-provider").respond(this::setKnobs);
    }
  }

  /** A digest of its JSON is stored with idempotency keys: the names of its components stay. */
  record Pay(String orderId, PaymentMethod method, String card) {}

  private Future<PaymentView> pay(RoutingContext ctx) {
    return payOrder
        .pay(paymentRequest(ctx))
        .onFailure(
            e -> {
              if (e instanceof Refusal refusal
                  && refusal.type().equals(PaymentRefusals.UNSETTLED)) {
                ctx.response().putHeader(PROVIDER, "not-asked");
              }
            })
        .map(result -> created(ctx, result));
  }

  private PaymentRequest paymentRequest(RoutingContext ctx) {
    Pay body = Json.toObject(ctx.body().asJsonObject(), Pay.class);
    return new PaymentRequest(
        body.orderId(),
        Caller.of(ctx).sub(),
        body.method(),
        body.method() == PaymentMethod.CARD ? body.card() : null,
        IdempotencyKey.of(ctx, body, digest).orElse(null),
        awaitedUntil(ctx));
  }

  /** Earlier than the timeout itself, since the answer also needs time on its way. */
  private static Instant awaitedUntil(RoutingContext ctx) {
    String timeout = ctx.request().getHeader(REQUEST_TIMEOUT);
    long serviceMillis = HttpApi.ANSWERS_WITHIN.toMillis();
    long millis =
        timeout == null ? serviceMillis : Math.min(Long.parseLong(timeout), serviceMillis);
    return Instant.now().plusMillis(millis * 9 / 10);
  }

  private static PaymentView created(RoutingContext ctx, PaymentResult result) {
    Payment payment = result.payment();
    if (result.charged()) {
      ctx.response().putHeader(PROVIDER, "answered");
    }
    if (payment.status() == PaymentStatus.DECLINED) {
      throw Refusal.of(
          Refusal.Kind.PAYMENT_REQUIRED,
          "payment-declined",
          payment.reason() + ": the order is kept, pay again another way");
    }
    return Reply.created(ctx, "/payments?orderId=" + payment.orderId(), PaymentView.of(payment));
  }

  private Future<Page<PaymentView>> list(RoutingContext ctx) {
    String after = Paging.last(ctx);
    int limit = Paging.limit(ctx);
    return payments
        .ofOrder(ctx.request().getParam("orderId"), Caller.of(ctx).sub(), after, limit + 1)
        .map(found -> Page.of(found, limit, payment -> Paging.encode(payment.id())))
        .map(page -> page.map(PaymentView::of));
  }

  record Orders(List<String> orderIds) {}

  private Future<Orders> findStanding(RoutingContext ctx) {
    Orders orders = Json.toObject(ctx.body().asJsonObject(), Orders.class);
    return payments.ordersWithPayment(orders.orderIds()).map(Orders::new);
  }

  private Future<Void> setKnobs(RoutingContext ctx) {
    simulator.setKnobs(Json.toObject(ctx.body().asJsonObject(), SimulatorProvider.Knobs.class));
    return Future.succeededFuture();
  }
}
