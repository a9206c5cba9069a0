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
 * Forwards one request to a service, and its response back. Removes hop-by-hop headers (RFC 9110,
 * 7.6.1), continues the trace, and adds the forwarding headers. If the service cannot be reached,
 * the client gets a problem with status 503, as the contract says, and not a 502 without a body. If
 * the client disconnects, the connection to the service is released at once.
 */
final class Forwarding implements ProxyInterceptor {

  /**
   * Request headers that are not copied: the gateway handles {@code Expect}, the HTTP client writes
   * the trace headers, and clients may not state an amount due. The proxy library removes the
   * hop-by-hop headers of requests.
   */
  private static final List<String> NOT_COPIED =
      List.of("Expect", "traceparent", "tracestate", Checkout.ORDER_DUE);

  /** Hop-by-hop headers of responses, which the proxy library does not remove. */
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

  /** Sends the request to {@code service} through {@code client}, and streams the response back. */
  static Forwarding begin(
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
    return forwarding;
  }

  /** Ends a response that has begun, such as an event stream, and the request to the service. */
  void endResponse() {
    if (ctx.response().headWritten() && !ctx.response().ended()) {
      ctx.response().end();
      upstream.reset();
    }
  }

  static Refusal unavailable(String service) {
    return Refusal.unavailable(
        service + "-unavailable",
        "the " + service + " service is unavailable: " + Refusal.RETRY_LATER,
        Upstream.RETRY_AFTER);
  }

  static boolean isGetOrHead(HttpServerRequest request) {
    HttpMethod method = request.method();
    return method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
  }

  /**
   * Gives up if the client disconnected while the request waited for a connection to the service.
   * The future then never completes.
   */
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
   * Closes the connection to the service if the client's body was not read to its end. Vert.x 5.0.8
   * would return that connection to the pool when the client resets its stream. The service would
   * then read the next request as the rest of this body.
   */
  private void closeIfUnread() {
    if (upstream != null && !ctx.request().isEnded()) {
      upstream.connection().close();
    }
  }

  @Override
  public Future<ProxyResponse> handleProxyRequest(ProxyContext context) {
    NOT_COPIED.forEach(context.request().headers()::remove);
    setFraming(context.request());
    forwarded.put(context.request().proxiedRequest(), context.request().headers());
    return context.sendRequest().recover(e -> unavailableUnlessGone(context));
  }

  /**
   * The request to the service fails in the same way in two cases: the client disconnected, or the
   * service closed the connection during the body. In the first case Vert.x reports the failure
   * first, and closes the response to the client after it. So this method distinguishes the two
   * cases in the next event-loop iteration.
   */
  private Future<ProxyResponse> unavailableUnlessGone(ProxyContext context) {
    Promise<Void> nextIteration = Promise.promise();
    ctx.vertx().runOnContext(v -> nextIteration.complete());
    return nextIteration
        .future()
        .compose(
            v -> ctx.response().closed() ? never() : Future.succeededFuture(unavailable(context)));
  }

  /**
   * A body that arrived over HTTP/2 without {@code Content-Length} is sent to the service in
   * chunks. The proxy library does so if the request has the header {@code Transfer-Encoding:
   * chunked} (vertx-http-proxy 5.0.8). For a GET or HEAD such a body is dropped, because it has no
   * meaning (RFC 9110, 9.3.1).
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
    context.response().headers().remove(RequestId.HEADER).remove(Checkout.ORDER_DUE);
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
