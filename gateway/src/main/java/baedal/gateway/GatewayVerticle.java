package baedal.gateway;

import baedal.runtime.HttpApi;
import baedal.runtime.Readiness;
import baedal.runtime.Tokens;
import baedal.runtime.WarmUp;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.ext.web.Router;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Builds the gateway's parts and starts its two HTTP servers: the public one, and the one for
 * operators. {@link GatewayPipeline} shows which handlers a request passes.
 */
public final class GatewayVerticle extends VerticleBase {

  /** Maximum number of connections to each service for health checks and counts of dead letters. */
  private static final int CONNECTIONS = 64;

  private final GatewayConfig config;
  private HttpApi http;
  private Proxies proxies;
  private GatewayWarmUp warmUp;
  private int port;
  private int operationsPort;

  public GatewayVerticle(GatewayConfig config) {
    this.config = config;
  }

  @Override
  public Future<?> start() {
    Tokens tokens = new Tokens(vertx, config.identity());
    Addresses addresses = new Addresses(config.rates().trustedProxies());
    ConnectionLimits connections = new ConnectionLimits(vertx, config.http(), addresses);
    Cors cors = new Cors(config.http().corsOrigins());
    PublicHttpServer server = new PublicHttpServer(vertx, config, connections, cors);
    URL[] devContracts = config.devDoors() ? new URL[] {resource("dev.yaml")} : new URL[0];
    WarmUp steps = new WarmUp(vertx, config.warmUp());
    Readiness readiness = new Readiness(vertx);
    steps.registerWith(readiness);
    http = new HttpApi(vertx, "gateway", resource("openapi.yaml"), tokens, readiness, devContracts);
    RateLimits rateLimits = new RateLimits(vertx, config.rates(), addresses, tokens);
    warmUp = new GatewayWarmUp(vertx, steps, rateLimits, tokens, config.identity());
    return vertx
        .executeBlocking(() -> new Documents(config.devDoors()))
        .compose(
            documents -> {
              pipeline(tokens, addresses, connections, cors, rateLimits, documents)
                  .mount(http.router());
              return http.operate(config.http().operationsHost(), config.http().operationsPort());
            })
        .onSuccess(actual -> operationsPort = actual)
        .compose(operated -> http.listen(server.create(http::accept)))
        .onSuccess(
            actual -> {
              port = actual;
              warmUp.start(server.createForWarmUp(http::accept));
            });
  }

  private GatewayPipeline pipeline(
      Tokens tokens,
      Addresses addresses,
      ConnectionLimits connections,
      Cors cors,
      RateLimits rateLimits,
      Documents documents) {
    ForwardedHeaders forwarded = new ForwardedHeaders(addresses);
    StreamLimits streams = new StreamLimits(config.http(), addresses);
    proxies = new Proxies(vertx, config, tokens, forwarded, streams);
    OrderAdmission admission = new OrderAdmission(vertx, config.orderWait());
    PaymentBreaker payments = new PaymentBreaker(vertx, config, forwarded, admission);
    Upstream orders =
        new Upstream(vertx, config.upstreams().get("order"), Checkout.CONNECTIONS, forwarded);
    List<Consumer<Router>> apis = new ArrayList<>();
    apis.add(new PaymentApi(payments, new Checkout(orders, payments, admission))::mount);
    apis.add(new SystemApi(services(forwarded), payments)::mount);
    apis.add(documents::mount);
    if (config.devDoors()) {
      apis.add(new DevApi(vertx, config, tokens)::mount);
    }
    return new GatewayPipeline(
        connections,
        cors,
        rateLimits,
        proxies,
        new ConcurrentRequestLimits(config.http(), addresses, tokens),
        admission,
        apis);
  }

  private SortedMap<String, Upstream> services(ForwardedHeaders forwarded) {
    SortedMap<String, Upstream> services = new TreeMap<>();
    config
        .upstreams()
        .forEach(
            (name, url) -> services.put(name, new Upstream(vertx, url, CONNECTIONS, forwarded)));
    return services;
  }

  @Override
  public Future<?> stop() {
    return warmUp
        .stop()
        .eventually(() -> http.drain(config.drainDelay()))
        .onComplete(drained -> proxies.endEventStreams())
        .eventually(http::close);
  }

  /** The public port; 0 until the gateway has started. */
  public int port() {
    return port;
  }

  /** The port with health and metrics for operators; 0 until the gateway has started. */
  public int operationsPort() {
    return operationsPort;
  }

  private static URL resource(String name) {
    return GatewayVerticle.class.getResource(name);
  }
}
