package baedal.gateway;

import baedal.runtime.Problems;
import baedal.runtime.Refusal;
import baedal.runtime.RequestId;
import baedal.runtime.Tokens;
import io.netty.handler.codec.DecoderException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.proxy.handler.ProxyHandler;
import io.vertx.httpproxy.Body;
import io.vertx.httpproxy.HttpProxy;
import io.vertx.httpproxy.ProxyContext;
import io.vertx.httpproxy.ProxyInterceptor;
import io.vertx.httpproxy.ProxyOptions;
import io.vertx.httpproxy.ProxyResponse;
import java.net.URI;
import java.time.Duration;
import java.util.List;
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

  /**
   * For one of these connections: who waits is told well before it is cut off for its slow body.
   */
  private static final int WAIT_MILLIS = 3_000;

  /** Of a request; what is for one hop in general the proxy takes off itself. */
  private static final List<String> ANSWERED_HERE = List.of("Expect", "traceparent", "tracestate");

  private static final List<String> ONE_HOP =
      List.of("Connection", "Keep-Alive", "Proxy-Connection", "Trailer", "Upgrade");

  /**
   * Before the routes of {@link GatewayApi}, whose body reader must not see what only passes
   * through.
   */
  private static final int BEFORE_BODIES = -1;

  /** Each holds a connection for as long as it is watched: none of those of other requests. */
  private static final int STREAMS_A_SERVICE = 10_000;

  /** A path, the service it belongs to, and whether its GET needs no token. */
  private record Door(String path, String service, boolean openToRead) {}

  private static final Door STREAM = new Door("/mypages/:orderId/live", "mypage", false);

  private static final List<Door> DOORS =
      List.of(
          new Door("/orders", "order", false),
          new Door("/stores", "store", true),
          new Door("/foodCookings", "store", false),
          new Door("/deliveries", "rider", false),
          new Door("/riders", "rider", false),
          new Door("/coupons", "coupon", false),
          new Door("/mypages", "mypage", false),
          new Door("/notifications", "mypage", false),
          new Door("/rebuilds", "mypage", false));

  private static final String PAYMENTS = "/payments";
  private static final String DEAD_LETTERS = "/deadLetters";

  private final GatewayConfig config;
  private final Tokens tokens;
  private final Forwarded forwarded;
  private final Watchers watchers;
  private final HttpClient client;
  private final HttpClient streams;

  Proxies(
      Vertx vertx, GatewayConfig config, Tokens tokens, Forwarded forwarded, Watchers watchers) {
    this.config = config;
    this.tokens = tokens;
    this.forwarded = forwarded;
    this.watchers = watchers;
    client = client(vertx, config, CONNECTIONS_A_SERVICE);
    streams = client(vertx, config, STREAMS_A_SERVICE);
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
    return Stream.concat(DOORS.stream().map(Door::path), Stream.of(PAYMENTS, DEAD_LETTERS))
        .anyMatch(door -> path.equals(door) || path.startsWith(door + "/"));
  }

  void mount(Router router) {
    ProxyHandler live = to(STREAM.service(), streams);
    router.route(STREAM.path()).order(BEFORE_BODIES).handler(ctx -> pass(STREAM, live, ctx));
    DOORS.forEach(door -> open(router, door));
    config
        .upstreams()
        .keySet()
        .forEach(service -> open(router, new Door(DEAD_LETTERS + "/" + service, service, false)));
    Door paid = new Door(PAYMENTS, "payment", false);
    ProxyHandler payments = to(paid.service(), client);
    router
        .route(paid.path())
        .order(BEFORE_BODIES)
        .handler(
            ctx -> {
              if (ctx.request().method().equals(HttpMethod.POST)) {
                ctx.next();
              } else {
                pass(paid, payments, ctx);
              }
            });
  }

  private void open(Router router, Door door) {
    ProxyHandler proxy = to(door.service(), client);
    for (String path : List.of(door.path(), door.path() + "/*")) {
      router.route(path).order(BEFORE_BODIES).handler(ctx -> pass(door, proxy, ctx));
    }
  }

  /** Waits {@link #WAIT_MILLIS} for a connection, and for an answer to begin until the timeout. */
  private ProxyHandler to(String service, HttpClient client) {
    URI upstream = URI.create(config.upstreams().get(service));
    long timeout = config.upstreamTimeout().toMillis();
    HttpProxy proxy =
        HttpProxy.reverseProxy(new ProxyOptions().setSupportWebSocket(false), client)
            .origin(
                context ->
                    client
                        .request(
                            new RequestOptions()
                                .setHost(upstream.getHost())
                                .setPort(upstream.getPort())
                                .setConnectTimeout(WAIT_MILLIS)
                                .setIdleTimeout(timeout))
                        .map(Proxies::quiet))
            .addInterceptor(new Hop(service, forwarded));
    return ProxyHandler.create(proxy);
  }

  /** What goes wrong with it is heard of by its answer. */
  private static HttpClientRequest quiet(HttpClientRequest request) {
    return request.exceptionHandler(e -> {});
  }

  private void pass(Door door, ProxyHandler proxy, RoutingContext ctx) {
    String header = ctx.request().getHeader(HttpHeaders.AUTHORIZATION);
    if (header == null && door.openToRead() && isRead(ctx.request())) {
      proxy.handle(ctx);
      return;
    }
    ctx.request()
        .pause()
        .exceptionHandler(e -> ctx.fail(e instanceof DecoderException ? 400 : 500));
    tokens
        .caller(ctx)
        .onSuccess(
            caller -> {
              if (ctx.response().closed() || ctx.failed()) {
                return;
              }
              if (door.equals(STREAM) && !watchers.welcome(ctx, caller.sub())) {
                ctx.fail(Watchers.tooMany());
                return;
              }
              if (ctx.request()
                  .headers()
                  .contains(HttpHeaders.EXPECT, HttpHeaders.CONTINUE, true)) {
                ctx.response().writeContinue();
              }
              proxy.handle(ctx);
            })
        .onFailure(ctx::fail);
  }

  private static boolean isRead(HttpServerRequest request) {
    HttpMethod method = request.method();
    return method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
  }

  /**
   * What changes on the way: headers that are meant for one hop (RFC 9110, 7.6.1) go no further,
   * the trace goes on from here, the gateway says who asked, and a service that cannot be reached
   * is a 503 in the words of the contract, never a bare 502.
   */
  private record Hop(String service, Forwarded forwarded) implements ProxyInterceptor {

    @Override
    public Future<ProxyResponse> handleProxyRequest(ProxyContext context) {
      ANSWERED_HERE.forEach(context.request().headers()::remove);
      framed(context.request().proxiedRequest());
      forwarded.put(context.request().proxiedRequest(), context.request().headers());
      return context.sendRequest().recover(e -> Future.succeededFuture(away(context)));
    }

    /**
     * A body of HTTP/2 needs no length, one of HTTP/1.1 a length or chunks: the proxy makes them of
     * what this header announces (vertx-http-proxy 5.0.8).
     */
    private static void framed(HttpServerRequest request) {
      boolean bare =
          request.version() == HttpVersion.HTTP_2
              && !request.headers().contains(HttpHeaders.CONTENT_LENGTH);
      if (bare && !isRead(request)) {
        request.headers().set(HttpHeaders.TRANSFER_ENCODING, HttpHeaders.CHUNKED);
      }
    }

    @Override
    public Future<Void> handleProxyResponse(ProxyContext context) {
      ONE_HOP.forEach(context.response().headers()::remove);
      context.response().headers().remove(RequestId.HEADER);
      return context.sendResponse();
    }

    private ProxyResponse away(ProxyContext context) {
      JsonObject problem =
          Problems.body(
              context.request().proxiedRequest().path(),
              Refusal.unavailable(
                  service + "-unavailable",
                  "not possible right now: try again a little later",
                  Upstream.RETRY_AFTER));
      return context
          .request()
          .release()
          .response()
          .setStatusCode(503)
          .putHeader("Retry-After", Problems.retryAfter(Upstream.RETRY_AFTER))
          .putHeader(HttpHeaders.CONTENT_TYPE, Problems.MEDIA_TYPE)
          .setBody(Body.body(Buffer.buffer(problem.encode())));
    }
  }
}
