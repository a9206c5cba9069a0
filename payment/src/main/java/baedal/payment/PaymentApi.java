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

/** What clients may ask of the payment service. */
final class PaymentApi {

  /** Tells the gateway's breaker what this call says of the provider; else it says nothing. */
  private static final String PROVIDER = "Payment-Provider";

  /** For how many milliseconds from now somebody waits for the answer. */
  private static final String REQUEST_TIMEOUT = "Request-Timeout";

  private final PaymentRepository payments;
  private final Cashier cashier;
  private final UnaryOperator<String> digest;
  private final SimulatorProvider knobs;

  /**
   * {@code digest} tells bodies under an idempotency key apart, and no card can be guessed from it;
   * {@code knobs} is null where the simulator has none to turn.
   */
  PaymentApi(
      PaymentRepository payments,
      Cashier cashier,
      UnaryOperator<String> digest,
      SimulatorProvider knobs) {
    this.payments = payments;
    this.cashier = cashier;
    this.digest = digest;
    this.knobs = knobs;
  }

  void mount(Router router) {
    router.post("/payments").respond(this::pay);
    router.get("/payments").respond(this::list);
    router.post("/internal/payments/standing").respond(this::standing);
    if (knobs != null) {
      router.put("/dev/payment-provider").respond(this::turn);
    }
  }

  record Pay(String orderId, PaymentMethod method, String card) {}

  private Future<PaymentView> pay(RoutingContext ctx) {
    Pay asked = Json.toObject(ctx.body().asJsonObject(), Pay.class);
    return cashier
        .pay(
            new Cashier.Wish(
                asked.orderId(),
                Caller.of(ctx).sub(),
                asked.method(),
                asked.method() == PaymentMethod.CARD ? asked.card() : null,
                IdempotencyKey.of(ctx, asked, digest).orElse(null),
                heardUntil(ctx)))
        .recover(
            e -> {
              if (e instanceof Refusal no && no.type().equals(Cashier.UNSETTLED)) {
                ctx.response().putHeader(PROVIDER, "not-asked");
              }
              return Future.failedFuture(e);
            })
        .map(
            end -> {
              Payment payment = end.payment();
              if (end.charged()) {
                ctx.response().putHeader(PROVIDER, "answered");
              }
              if (payment.status() == PaymentStatus.DECLINED) {
                throw Refusal.of(
                    Refusal.Kind.PAYMENT_REQUIRED,
                    "payment-declined",
                    payment.reason() + ": the order is kept, pay again another way");
              }
              return Reply.created(
                  ctx, "/payments?orderId=" + payment.orderId(), PaymentView.of(payment));
            });
  }

  /** An answer that is only just in time may be too late on its way. */
  private static Instant heardUntil(RoutingContext ctx) {
    String millis = ctx.request().getHeader(REQUEST_TIMEOUT);
    long ours = HttpApi.ANSWERS_WITHIN.toMillis();
    long theirs = millis == null ? ours : Math.min(Long.parseLong(millis), ours);
    return Instant.now().plusMillis(theirs * 9 / 10);
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

  private Future<Orders> standing(RoutingContext ctx) {
    Orders asked = Json.toObject(ctx.body().asJsonObject(), Orders.class);
    return payments.standing(asked.orderIds()).map(Orders::new);
  }

  private Future<Void> turn(RoutingContext ctx) {
    knobs.turn(Json.toObject(ctx.body().asJsonObject(), SimulatorProvider.Knobs.class));
    return Future.succeededFuture();
  }
}
