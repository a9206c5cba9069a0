package baedal.gateway;

import baedal.runtime.Problems;
import baedal.runtime.Refusal;
import baedal.runtime.RequestId;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.vertx.httpproxy.Body;
import io.vertx.httpproxy.HttpProxy;
import io.vertx.httpproxy.ProxyContext;
import io.vertx.httpproxy.ProxyInterceptor;
import io.vertx.httpproxy.ProxyOptions;
import io.vertx.httpproxy.ProxyRequest;
import io.vertx.httpproxy.ProxyResponse;
import java.util.List;

/**
 * Forwards one request to a service, and its response back. It removes hop-by-hop headers (RFC
 * 9110, 7.6.1), continues the trace, and adds the forwarding headers. A service that cannot be
 * reached is a 503 problem of the contract, never a bare 502. When the client is gone, the
 * connection to the service is released at once.
 */
final class Forwarding implements ProxyInterceptor {

  /** Of a request. The proxy library itself removes the hop-by-hop headers of requests. */
  private static final List<String> HANDLED_HERE = List.of("Expect", "traceparent", "tracestate");

  /** Of a response. */
  private static final List<String> HOP_BY_HOP =
      List.of("Connection", "Keep-Alive", "Proxy-Connection", "Trailer", "Upgrade");

  private static final ProxyOptions OPTIONS = new ProxyOptions().setSupportWebSocket(false);

  private final RoutingContext ctx;
  private final String service;
  private final ForwardedHeaders forwarded;
  private HttpClientRequest upstream;

  private Forwarding(RoutingContext ctx, String service, ForwardedHeaders forwarded) {
    this.ctx = ctx;
    this.service = service;
    this.forwarded = forwarded;
  }

  /** Sends the request to {@code service} through {@code client}, and the response back. */
  static void begin(
      RoutingContext ctx,
      String service,
      HttpClient client,
      RequestOptions options,
      ForwardedHeaders forwarded) {
    Forwarding forwarding = new Forwarding(ctx, service, forwarded);
    ctx.addEndHandler(ended -> forwarding.closeIfUnread());
    HttpProxy.reverseProxy(OPTIONS, client)
        .origin(context -> client.request(options).compose(forwarding::unlessGone))
        .addInterceptor(forwarding)
        .handle(ctx.request());
  }

  static Refusal unavailable(String service) {
    return Refusal.unavailable(
        service + "-unavailable",
        "not possible right now: try again a little later",
        Upstream.RETRY_AFTER);
  }

  static boolean isGetOrHead(HttpServerRequest request) {
    HttpMethod method = request.method();
    return method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
  }

  /** The client may have gone while the request waited for its connection to the service. */
  private Future<HttpClientRequest> unlessGone(HttpClientRequest request) {
    request.exceptionHandler(reportedByTheResponse -> {});
    if (ctx.response().closed()) {
      request.reset();
      return never();
    }
    upstream = request;
    return Future.succeededFuture(request);
  }

  private static <T> Future<T> never() {
    return Promise.<T>promise().future();
  }

  /**
   * If the service answered before it read the whole body, its connection is in the middle of a
   * request. Vert.x 5.0.8 would return such a connection to the pool once the client resets its
   * stream, and the service would take the next request for the rest of this body.
   */
  private void closeIfUnread() {
    if (upstream != null && !ctx.request().isEnded()) {
      upstream.connection().close();
    }
  }

  @Override
  public Future<ProxyResponse> handleProxyRequest(ProxyContext context) {
    HANDLED_HERE.forEach(context.request().headers()::remove);
    setFraming(context.request());
    forwarded.put(context.request().proxiedRequest(), context.request().headers());
    return context.sendRequest().recover(e -> unavailableUnlessGone(context));
  }

  /**
   * The proxy resets its request to the service when its client is gone, and also when the service
   * closes the connection while the body is sent. Which of the two it was is known one turn later:
   * Vert.x closes the response of a client that is gone after it reported the failure.
   */
  private Future<ProxyResponse> unavailableUnlessGone(ProxyContext context) {
    Promise<Void> nextTurn = Promise.promise();
    ctx.vertx().runOnContext(v -> nextTurn.complete());
    return nextTurn
        .future()
        .compose(
            v -> ctx.response().closed() ? never() : Future.succeededFuture(unavailable(context)));
  }

  /**
   * A body of HTTP/2 needs no length, one of HTTP/1.1 needs a length or chunks. The proxy decides
   * by the header that is set here (vertx-http-proxy 5.0.8). The body of a GET or HEAD has no
   * meaning (RFC 9110, 9.3.1), so it is dropped if its length is not known.
   */
  private static void setFraming(ProxyRequest passed) {
    HttpServerRequest request = passed.proxiedRequest();
    if (request.version() != HttpVersion.HTTP_2
        || request.headers().contains(HttpHeaders.CONTENT_LENGTH)) {
      return;
    }
    if (isGetOrHead(request)) {
      passed.setBody(null);
      request.resume();
    } else {
      request.headers().set(HttpHeaders.TRANSFER_ENCODING, HttpHeaders.CHUNKED);
    }
  }

  @Override
  public Future<Void> handleProxyResponse(ProxyContext context) {
    HOP_BY_HOP.forEach(context.response().headers()::remove);
    context.response().headers().remove(RequestId.HEADER);
    return context.sendResponse();
  }

  private ProxyResponse unavailable(ProxyContext context) {
    JsonObject problem =
        Problems.body(context.request().proxiedRequest().path(), unavailable(service));
    ProxyRequest passed = context.request();
    // An HTTP/2 request that was read to its end cannot be resumed: release() would throw.
    if (!passed.proxiedRequest().isEnded()) {
      passed.release();
    }
    return passed
        .response()
        .setStatusCode(503)
        .putHeader("Retry-After", Problems.retryAfter(Upstream.RETRY_AFTER))
        .putHeader(HttpHeaders.CONTENT_TYPE, Problems.MEDIA_TYPE)
        .setBody(Body.body(Buffer.buffer(problem.encode())));
  }
}
