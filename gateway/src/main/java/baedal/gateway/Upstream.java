package baedal.gateway;

import baedal.runtime.ResponseDeadline;
import baedal.runtime.ServiceClient;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** An HTTP client for one service. It calls the service with the token of the current request. */
final class Upstream {

  static final Duration RETRY_AFTER = Duration.ofSeconds(2);

  private static final int CONNECT_MILLIS = 1_000;

  /**
   * A connection that is idle for this long is closed. This is longer than the timeout of any call,
   * so a call ends by its own timeout.
   */
  private static final int READ_IDLE_SECONDS = 30;

  private static final String IDEMPOTENCY_KEY = "Idempotency-Key";

  private final WebClient client;
  private final String baseUrl;
  private final ForwardedHeaders forwarded;

  /**
   * At most {@code connections} calls run at once, and as many further calls wait for a connection.
   */
  Upstream(Vertx vertx, String baseUrl, int connections, ForwardedHeaders forwarded) {
    this.client =
        WebClient.create(
            vertx,
            new WebClientOptions()
                .setConnectTimeout(CONNECT_MILLIS)
                .setKeepAliveTimeout(ServiceClient.KEEP_ALIVE_SECONDS)
                .setIdleTimeout(READ_IDLE_SECONDS)
                .setIdleTimeoutUnit(TimeUnit.SECONDS),
            new PoolOptions().setHttp1MaxSize(connections).setMaxWaitQueueSize(connections));
    this.baseUrl = baseUrl;
    this.forwarded = forwarded;
  }

  Future<HttpResponse<Buffer>> post(
      RoutingContext ctx, String path, JsonObject body, Duration timeout) {
    return post(ctx, path, body, timeout, Map.of());
  }

  Future<HttpResponse<Buffer>> post(
      RoutingContext ctx,
      String path,
      JsonObject body,
      Duration timeout,
      Map<String, String> headers) {
    HttpRequest<Buffer> request = request(ctx, HttpMethod.POST, path);
    headers.forEach(request::putHeader);
    String key = ctx.request().getHeader(IDEMPOTENCY_KEY);
    if (key != null) {
      request.putHeader(IDEMPOTENCY_KEY, key);
    }
    return ResponseDeadline.within(timeout, request, call -> call.sendJsonObject(body));
  }

  Future<HttpResponse<Buffer>> get(RoutingContext ctx, String path, Duration timeout) {
    return ResponseDeadline.within(timeout, request(ctx, HttpMethod.GET, path), HttpRequest::send);
  }

  private HttpRequest<Buffer> request(RoutingContext ctx, HttpMethod method, String path) {
    HttpRequest<Buffer> request =
        client
            .requestAbs(method, baseUrl + path)
            .putHeader(
                HttpHeaders.AUTHORIZATION.toString(),
                ctx.request().getHeader(HttpHeaders.AUTHORIZATION));
    forwarded.put(ctx.request(), request.headers());
    return request;
  }

  /** Whether the service reports itself ready within {@code timeout}. The future never fails. */
  Future<Boolean> ready(Duration timeout) {
    return ResponseDeadline.within(
            timeout, client.getAbs(baseUrl + "/health/ready"), HttpRequest::send)
        .map(response -> response.statusCode() == 200)
        .otherwise(false);
  }
}
