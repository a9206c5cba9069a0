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

/** The HTTP routes of the payment service. */
final class PaymentApi {

  /**
   * The response header for the gateway's circuit breaker: {@code answered} when the provider
   * handled a charge for this request, {@code not-asked} when an earlier attempt has to end first.
   */
  private static final String PROVIDER = "Payment-Provider";

  /** The request header with the time for which the client waits, in milliseconds. */
  private static final String REQUEST_TIMEOUT = "Request-Timeout";

  private final PaymentRepository payments;
  private final PayOrder payOrder;
  private final UnaryOperator<String> digest;
  private final SimulatedProvider simulator;

  /**
   * {@code digest} hashes the body of a request with an idempotency key. It uses a secret, so that
   * nobody can find the card number of a stored hash by trying all numbers. {@code simulator} is
   * null when no client may change its settings.
   */
  PaymentApi(
      PaymentRepository payments,
      PayOrder payOrder,
      UnaryOperator<String> digest,
      SimulatedProvider simulator) {
    this.payments = payments;
    this.payOrder = payOrder;
    this.digest = digest;
    this.simulator = simulator;
  }

  void mount(Router router) {
    router.post("/payments").respond(this::pay);
    router.get("/payments").respond(this::list);
    router.post("/internal/payments/standing").respond(this::ordersWithPayment);
    if (simulator != null) {
      router.put("/dev/payment-provider").respond(this::configureSimulator);
    }
  }

  /**
   * The body of {@code POST /payments}. A digest of its JSON is stored with idempotency keys, so
   * its components keep their names.
   */
  record Pay(String orderId, PaymentMethod method, String card) {}

  private Future<PaymentView> pay(RoutingContext ctx) {
    return payOrder
        .pay(paymentRequest(ctx))
        .onFailure(
            e -> {
              if (e instanceof Refusal refusal && refusal.type().equals(PaymentRefusals.PENDING)) {
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

  /**
   * The time at which 90 % of the client's timeout has passed. The rest of the time is for the
   * response to arrive.
   */
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
          payment.reason() + ": the order is kept; pay with another card or method");
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

  private Future<Orders> ordersWithPayment(RoutingContext ctx) {
    Orders orders = Json.toObject(ctx.body().asJsonObject(), Orders.class);
    return payments.ordersWithPayment(orders.orderIds()).map(Orders::new);
  }

  private Future<Void> configureSimulator(RoutingContext ctx) {
    simulator.configure(Json.toObject(ctx.body().asJsonObject(), SimulatedProvider.Settings.class));
    return Future.succeededFuture();
  }
}
