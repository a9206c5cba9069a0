package baedal.gateway;

import baedal.runtime.Expectations;
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
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Passes requests on to the service that a path belongs to, streaming both ways; what is not listed
 * is not there.
 */
final class Proxies {

  private static final int CONNECT_MILLIS = 1_000;
  static final int CONNECTIONS_A_SERVICE = 256;
  private static final int WAITING_A_SERVICE = 2_048;

  /** For a connection: the 503 must come before the body timeout closes the client's connection. */
  private static final Duration MAX_WAIT = Duration.ofSeconds(3);

  /**
   * Before the routes of {@link GatewayApi}, whose body reader must not see what only passes
   * through.
   */
  private static final int BEFORE_BODIES = -1;

  /** Each holds a connection for as long as it is watched: none of those of other requests. */
  private static final int STREAMS_A_SERVICE = 10_000;

  /** A path, the service it belongs to, and whether its GET needs no token. */
  private record ProxyRoute(String path, String service, boolean openToRead) {}

  private static final ProxyRoute STREAM =
      new ProxyRoute("/mypages/:orderId/live", "mypage", false);

  private static final List<ProxyRoute> DOORS =
      List.of(
          new ProxyRoute("/orders", "order", false),
          new ProxyRoute("/stores", "store", true),
          new ProxyRoute("/foodCookings", "store", false),
          new ProxyRoute("/deliveries", "rider", false),
          new ProxyRoute("/riders", "rider", false),
          new ProxyRoute("/coupons", "coupon", false),
          new ProxyRoute("/mypages", "mypage", false),
          new ProxyRoute("/notifications", "mypage", false),
          new ProxyRoute("/rebuilds", "mypage", false));

  private static final String PAYMENTS = "/payments";
  private static final String DEAD_LETTERS = "/deadLetters";

  private final GatewayConfig config;
  private final Tokens tokens;
  private final ForwardedHeaders forwarded;
  private final StreamLimits watchers;
  private final HttpClient client;
  private final HttpClient streams;
  private final Map<String, ConnectionSlots> slots = new HashMap<>();

  Proxies(
      Vertx vertx,
      GatewayConfig config,
      Tokens tokens,
      ForwardedHeaders forwarded,
      StreamLimits watchers) {
    this.config = config;
    this.tokens = tokens;
    this.forwarded = forwarded;
    this.watchers = watchers;
    client = client(vertx, config, CONNECTIONS_A_SERVICE);
    streams = client(vertx, config, STREAMS_A_SERVICE);
    config
        .upstreams()
        .keySet()
        .forEach(
            service ->
                slots.put(
                    service,
                    new ConnectionSlots(
                        vertx, CONNECTIONS_A_SERVICE, WAITING_A_SERVICE, MAX_WAIT)));
  }

  /** What is kept for the next request is given up before its silence could end that one. */
  private static HttpClient client(Vertx vertx, GatewayConfig config, int connections) {
    Duration silence = config.upstreamTimeout();
    return vertx.createHttpClient(
        new HttpClientOptions()
            .setConnectTimeout(CONNECT_MILLIS)
            .setIdleTimeout((int) silence.toMillis())
            .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
            .setKeepAliveTimeout((int) Math.max(1, silence.toSeconds() / 2)),
        new PoolOptions().setHttp1MaxSize(connections).setMaxWaitQueueSize(WAITING_A_SERVICE));
  }

  /** Whether a path, as a service's contract writes it, can be reached from outside. */
  static boolean passOn(String path) {
    return Stream.concat(DOORS.stream().map(ProxyRoute::path), Stream.of(PAYMENTS, DEAD_LETTERS))
        .anyMatch(door -> path.equals(door) || path.startsWith(door + "/"));
  }

  /** Event streams are not bounded by {@code bulkhead}: they have limits of their own. */
  void mount(Router router, ConcurrentRequestLimits bulkhead) {
    router.route(STREAM.path()).order(BEFORE_BODIES).handler(ctx -> pass(STREAM, ctx));
    bulkhead.mount(router, BEFORE_BODIES);
    DOORS.forEach(door -> open(router, door));
    config
        .upstreams()
        .keySet()
        .forEach(
            service -> open(router, new ProxyRoute(DEAD_LETTERS + "/" + service, service, false)));
    ProxyRoute paid = new ProxyRoute(PAYMENTS, "payment", false);
    router
        .route(paid.path())
        .order(BEFORE_BODIES)
        .handler(
            ctx -> {
              if (ctx.request().method().equals(HttpMethod.POST)) {
                ctx.next();
              } else {
                pass(paid, ctx);
              }
            });
  }

  private void open(Router router, ProxyRoute door) {
    for (String path : List.of(door.path(), door.path() + "/*")) {
      router.route(path).order(BEFORE_BODIES).handler(ctx -> pass(door, ctx));
    }
  }

  private void pass(ProxyRoute door, RoutingContext ctx) {
    String header = ctx.request().getHeader(HttpHeaders.AUTHORIZATION);
    if (header == null && door.openToRead() && Forwarding.isRead(ctx.request())) {
      forward(door, ctx);
      return;
    }
    ctx.request().exceptionHandler(e -> ctx.fail(e instanceof DecoderException ? 400 : 500));
    Paused.until(
        ctx,
        tokens.caller(ctx),
        caller -> {
          if (door.equals(STREAM) && !watchers.welcome(ctx, caller.sub())) {
            ctx.fail(StreamLimits.tooMany());
            return;
          }
          Expectations.invite(ctx);
          forward(door, ctx);
        });
  }

  private void forward(ProxyRoute door, RoutingContext ctx) {
    if (door.equals(STREAM)) {
      Forwarding.begin(ctx, door.service(), streams, origin(door.service()), forwarded);
      return;
    }
    ConnectionSlots.Slot slot =
        slots.get(door.service()).acquire(ConcurrentRequestLimits.group(ctx));
    ctx.addEndHandler(ended -> slot.release());
    Paused.until(
        ctx,
        slot.granted().recover(e -> Future.failedFuture(Forwarding.unavailable(door.service()))),
        granted ->
            Forwarding.begin(ctx, door.service(), client, origin(door.service()), forwarded));
  }

  /** Waits {@link #MAX_WAIT} for a connection, and for an answer to begin until the timeout. */
  private RequestOptions origin(String service) {
    URI upstream = URI.create(config.upstreams().get(service));
    return new RequestOptions()
        .setHost(upstream.getHost())
        .setPort(upstream.getPort())
        .setConnectTimeout(MAX_WAIT.toMillis())
        .setIdleTimeout(config.upstreamTimeout().toMillis());
  }
}
