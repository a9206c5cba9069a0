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
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;

/** The HTTP routes of the payment service. */
final class PaymentApi {

  /**
   * The response header for the gateway's circuit breaker. A result has it only if the provider
   * handled a charge for this request ({@code answered}). Every 503 has it ({@link
   * CallersWait.Provider}).
   */
  private static final String PROVIDER = "Payment-Provider";

  /** The request header with the time for which the client waits, in milliseconds. */
  private static final String REQUEST_TIMEOUT = "Request-Timeout";

  /**
   * The request header with the part of {@link #REQUEST_TIMEOUT} that the provider may take for one
   * call, in milliseconds.
   */
  private static final String PROVIDER_TIMEOUT = "Provider-Timeout";

  private final PaymentRepository payments;
  private final PayOrder payOrder;
  private final UnaryOperator<String> digest;
  private final DueStatement dueStatement;
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
      DueStatement dueStatement,
      SimulatedProvider simulator) {
    this.payments = payments;
    this.payOrder = payOrder;
    this.digest = digest;
    this.dueStatement = dueStatement;
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
    PaymentRequest request = paymentRequest(ctx);
    return request
        .callersWait()
        .responseOf(payOrder.pay(request))
        .onFailure(
            e -> {
              if (!(e instanceof Refusal refusal) || refusal.kind() == Refusal.Kind.UNAVAILABLE) {
                ctx.response().putHeader(PROVIDER, provider(e, request).header());
              }
            })
        .map(result -> created(ctx, result));
  }

  private static CallersWait.Provider provider(Throwable e, PaymentRequest request) {
    return e instanceof Refusal refusal && refusal.type().equals(PaymentRefusals.PENDING)
        ? CallersWait.Provider.NOT_ASKED
        : request.callersWait().provider();
  }

  private PaymentRequest paymentRequest(RoutingContext ctx) {
    Pay body = Json.toObject(ctx.body().asJsonObject(), Pay.class);
    String customerId = Caller.of(ctx).sub();
    String due = ctx.request().getHeader(DueStatement.HEADER);
    return new PaymentRequest(
        body.orderId(),
        customerId,
        body.method(),
        body.method() == PaymentMethod.CARD ? body.card() : null,
        IdempotencyKey.of(ctx, body, digest).orElse(null),
        dueStatement.read(due, body.orderId(), customerId).orElse(null),
        callersWait(ctx));
  }

  /** Without the headers the caller waits for ten seconds, and the provider has half of them. */
  private static CallersWait callersWait(RoutingContext ctx) {
    long service = HttpApi.ANSWERS_WITHIN.toMillis();
    long caller = Math.min(millis(ctx, REQUEST_TIMEOUT, service), service);
    long provider = Math.min(millis(ctx, PROVIDER_TIMEOUT, caller / 2), caller);
    return new CallersWait(ctx.vertx(), Duration.ofMillis(caller), Duration.ofMillis(provider));
  }

  private static long millis(RoutingContext ctx, String header, long otherwise) {
    String millis = ctx.request().getHeader(header);
    return millis == null ? otherwise : Long.parseLong(millis);
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
