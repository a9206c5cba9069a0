package baedal.gateway;

import baedal.runtime.Expectations;
import baedal.runtime.ServiceClient;
import baedal.runtime.Tokens;
import io.netty.handler.codec.DecoderException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Forwards each request to the service that {@link ProxyRoute} names for its path. Verifies the
 * token, waits for a free connection to the service, and streams request and response.
 */
final class Proxies {

  private static final int CONNECT_MILLIS = 1_000;
  static final int CONNECTIONS_PER_SERVICE = 256;
  private static final int MAX_WAITING_PER_SERVICE = 2_048;

  /**
   * How long a request waits for a connection before it fails with a 503. The 503 must come before
   * the body deadline of ten seconds closes the client's connection.
   */
  private static final Duration MAX_WAIT = Duration.ofSeconds(3);

  /**
   * Maximum number of event streams to one service. Event streams have their own connection pool,
   * because each stream occupies a connection while it is open.
   */
  private static final int STREAMS_PER_SERVICE = 10_000;

  private final GatewayConfig config;
  private final Tokens tokens;
  private final ForwardedHeaders forwarded;
  private final StreamLimits streamLimits;
  private final HttpClient requestClient;
  private final HttpClient streamClient;
  private final Map<String, ConnectionSlots> slots = new HashMap<>();
  private final Set<Forwarding> openStreams = new HashSet<>();

  Proxies(
      Vertx vertx,
      GatewayConfig config,
      Tokens tokens,
      ForwardedHeaders forwarded,
      StreamLimits streamLimits) {
    this.config = config;
    this.tokens = tokens;
    this.forwarded = forwarded;
    this.streamLimits = streamLimits;
    requestClient = client(vertx, config, CONNECTIONS_PER_SERVICE);
    streamClient = client(vertx, config, STREAMS_PER_SERVICE);
    for (String service : config.upstreams().keySet()) {
      slots.put(
          service,
          new ConnectionSlots(vertx, CONNECTIONS_PER_SERVICE, MAX_WAITING_PER_SERVICE, MAX_WAIT));
    }
  }

  /**
   * Creates a client with a connection pool. The pool closes an unused connection after {@link
   * ServiceClient#KEEP_ALIVE_SECONDS}, or earlier after half of the upstream timeout. Otherwise the
   * idle timeout of a connection, which also runs while the connection is unused, could end soon
   * after the next request on it begins.
   */
  private static HttpClient client(Vertx vertx, GatewayConfig config, int connections) {
    Duration silence = config.upstreamTimeout();
    long keepAlive = Math.min(ServiceClient.KEEP_ALIVE_SECONDS, silence.toSeconds() / 2);
    return vertx.createHttpClient(
        new HttpClientOptions()
            .setConnectTimeout(CONNECT_MILLIS)
            .setIdleTimeout((int) silence.toMillis())
            .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
            .setKeepAliveTimeout((int) Math.max(1, keepAlive)),
        new PoolOptions()
            .setHttp1MaxSize(connections)
            .setMaxWaitQueueSize(MAX_WAITING_PER_SERVICE));
  }

  void mountEventStreams(Router router, int order) {
    router.route(ProxyRoute.EVENT_STREAM.path()).order(order).handler(this::passStream);
  }

  void mountServices(Router router, int order) {
    ProxyRoute.SERVICES.forEach(route -> mount(router, order, route));
    config
        .upstreams()
        .keySet()
        .forEach(service -> mount(router, order, ProxyRoute.deadLettersOf(service)));
    router
        .route(ProxyRoute.PAYMENTS.path())
        .order(order)
        .handler(
            ctx -> {
              if (ctx.request().method().equals(HttpMethod.POST)) {
                ctx.next();
              } else {
                pass(ProxyRoute.PAYMENTS, ctx);
              }
            });
  }

  private void mount(Router router, int order, ProxyRoute route) {
    for (String path : List.of(route.path(), route.path() + "/*")) {
      router.route(path).order(order).handler(ctx -> pass(route, ctx));
    }
  }

  private void passStream(RoutingContext ctx) {
    ProxyRoute route = ProxyRoute.EVENT_STREAM;
    failOnBrokenBody(ctx);
    Paused.until(
        ctx,
        tokens.caller(ctx),
        caller -> {
          if (!streamLimits.tryOpen(ctx, caller.sub())) {
            ctx.fail(StreamLimits.tooMany());
            return;
          }
          Expectations.sendContinue(ctx);
          String service = route.service();
          Forwarding stream =
              Forwarding.begin(ctx, service, streamClient, requestOptions(service), forwarded);
          openStreams.add(stream);
          ctx.addEndHandler(ended -> openStreams.remove(stream));
        });
  }

  /** Ends all event streams, so that their clients reconnect to another replica. */
  void endEventStreams() {
    List.copyOf(openStreams).forEach(Forwarding::endResponse);
  }

  private void pass(ProxyRoute route, RoutingContext ctx) {
    boolean hasToken = ctx.request().headers().contains(HttpHeaders.AUTHORIZATION);
    if (!hasToken && route.readableWithoutToken() && Forwarding.isGetOrHead(ctx.request())) {
      forward(route.service(), ctx);
      return;
    }
    failOnBrokenBody(ctx);
    Paused.until(
        ctx,
        tokens.caller(ctx),
        caller -> {
          Expectations.sendContinue(ctx);
          forward(route.service(), ctx);
        });
  }

  private static void failOnBrokenBody(RoutingContext ctx) {
    ctx.request().exceptionHandler(e -> ctx.fail(e instanceof DecoderException ? 400 : 500));
  }

  private void forward(String service, RoutingContext ctx) {
    ConnectionSlots.Slot slot = slots.get(service).acquire(ConcurrentRequestLimits.group(ctx));
    ctx.addEndHandler(ended -> slot.release());
    Paused.until(
        ctx,
        slot.granted().recover(e -> Future.failedFuture(Forwarding.unavailable(service))),
        granted ->
            Forwarding.begin(ctx, service, requestClient, requestOptions(service), forwarded));
  }

  /**
   * With these options a request waits at most {@link #MAX_WAIT} for a connection, and at most the
   * upstream timeout for each further part of the response.
   */
  private RequestOptions requestOptions(String service) {
    URI upstream = URI.create(config.upstreams().get(service));
    return new RequestOptions()
        .setHost(upstream.getHost())
        .setPort(upstream.getPort())
        .setConnectTimeout(MAX_WAIT.toMillis())
        .setIdleTimeout(config.upstreamTimeout().toMillis());
  }
}
