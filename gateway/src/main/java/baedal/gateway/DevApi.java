package baedal.gateway;

import baedal.runtime.ServiceClient;
import baedal.runtime.Tokens;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;

/** The door of one-machine runs to the knobs of the simulated payment provider. */
final class DevPaymentProvider {

  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  private final ServiceClient payment;

  DevPaymentProvider(Vertx vertx, GatewayConfig config, Tokens tokens) {
    payment =
        new ServiceClient(vertx, "payment", config.upstreams().get("payment"), tokens, "gateway");
  }

  Future<Void> set(RoutingContext ctx) {
    return payment.put("/dev/payment-provider", ctx.body().asJsonObject(), TIMEOUT).mapEmpty();
  }
}
