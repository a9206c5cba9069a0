package baedal.gateway;

import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.client.HttpResponse;
import java.util.List;

/**
 * The routes {@code POST /payments} and {@code POST /checkouts}. Both pay through {@link
 * PaymentBreaker}.
 */
final class PaymentApi {

  private static final List<String> PASSED_HEADERS =
      List.of("Content-Type", "Location", "Retry-After");

  private final PaymentBreaker payments;
  private final Checkout checkout;

  PaymentApi(PaymentBreaker payments, Checkout checkout) {
    this.payments = payments;
    this.checkout = checkout;
  }

  void mount(Router router) {
    router.post("/payments").handler(this::pay);
    router.post("/checkouts").handler(checkout::handle);
  }

  private void pay(RoutingContext ctx) {
    ConcurrentRequestLimits.countUntil(ctx, payments.pay(ctx, ctx.body().asJsonObject(), null))
        .onSuccess(response -> pass(ctx, response))
        .onFailure(ctx::fail);
  }

  private static void pass(RoutingContext ctx, HttpResponse<Buffer> response) {
    ctx.response().setStatusCode(response.statusCode());
    for (String name : PASSED_HEADERS) {
      if (response.getHeader(name) != null) {
        ctx.response().putHeader(name, response.getHeader(name));
      }
    }
    ctx.response().end(response.body() == null ? Buffer.buffer() : response.body());
  }
}
