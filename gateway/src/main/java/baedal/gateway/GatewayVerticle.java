package baedal.gateway;

import baedal.runtime.HttpApi;
import baedal.runtime.Readiness;
import baedal.runtime.Tokens;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.net.URL;

/**
 * The one door to the system: routes paths to services, and stands between customers and the
 * payment service.
 */
public final class GatewayVerticle extends VerticleBase {

  private final GatewayConfig config;
  private HttpApi http;
  private int port;
  private int operationsPort;

  public GatewayVerticle(GatewayConfig config) {
    this.config = config;
  }

  @Override
  public Future<?> start() {
    Tokens tokens = new Tokens(vertx, config.identity());
    Addresses addresses = new Addresses(config.rates().trustedProxies());
    ForwardedHeaders forwarded = new ForwardedHeaders(addresses);
    PaymentBreaker payments = new PaymentBreaker(vertx, config, forwarded);
    URL[] doors = config.devDoors() ? new URL[] {resource("dev.yaml")} : new URL[0];
    http =
        new HttpApi(
            vertx, "gateway", resource("openapi.yaml"), tokens, new Readiness(vertx), doors);
    PublicHttpServer edge = new PublicHttpServer(vertx, config, addresses);
    edge.mount(http.router());
    new RateLimits(vertx, config.rates(), addresses, tokens).mount(http.router());
    StreamLimits watchers = new StreamLimits(config.edge(), addresses);
    ConcurrentRequestLimits bulkhead =
        new ConcurrentRequestLimits(config.edge(), addresses, tokens);
    new Proxies(vertx, config, tokens, forwarded, watchers).mount(http.router(), bulkhead);
    new GatewayApi(vertx, config, tokens, payments, forwarded).mount(http.router());
    return http.operate(config.edge().operationsHost(), config.edge().operationsPort())
        .onSuccess(actual -> operationsPort = actual)
        .compose(operated -> vertx.executeBlocking(() -> new Documents(config.devDoors())))
        .compose(
            documents -> {
              documents.mount(http.router());
              return http.listen(edge.server(http::accept));
            })
        .onSuccess(actual -> port = actual);
  }

  @Override
  public Future<?> stop() {
    return http.close();
  }

  /** The port it listens on, once started. */
  public int port() {
    return port;
  }

  /** Where operators find its health and metrics, once started. */
  public int operationsPort() {
    return operationsPort;
  }

  private static URL resource(String name) {
    return GatewayVerticle.class.getResource(name);
  }
}
