package baedal.payment;

import baedal.runtime.Json;
import baedal.runtime.ResponseDeadline;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Calls a payment provider through its REST API, which the README of the payment service describes.
 * Accepts only a response with the payment's id, a known status and, unless the status is UNKNOWN,
 * the payment's amount. Any other response fails the call, because it does not show whether money
 * was taken or refunded.
 */
final class HttpProvider implements PaymentProvider {

  private static final int CONNECT_MILLIS = 2_000;

  /**
   * As many as the gateway's connections for payments. With fewer, a charge could wait for a
   * connection, and the provider would seem late although it had not been asked.
   */
  private static final int CONNECTIONS = 512;

  private static final int MAX_QUEUED_REQUESTS = 1_024;

  private final WebClient client;
  private final String url;
  private final String key;
  private final Duration timeout;

  /**
   * {@code timeout} is the maximum time from the request to the end of the response. {@code key} is
   * the bearer token.
   */
  HttpProvider(Vertx vertx, String url, String key, Duration timeout) {
    client =
        WebClient.create(
            vertx,
            new WebClientOptions()
                .setConnectTimeout(CONNECT_MILLIS)
                .setIdleTimeout((int) timeout.toMillis())
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                .setFollowRedirects(false),
            new PoolOptions()
                .setHttp1MaxSize(CONNECTIONS)
                .setMaxWaitQueueSize(MAX_QUEUED_REQUESTS));
    this.url = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    this.key = key;
    this.timeout = timeout;
  }

  @Override
  public Future<Outcome> charge(String paymentId, long amount, String method, String card) {
    JsonObject body =
        new JsonObject()
            .put("id", paymentId)
            .put("amount", amount)
            .put("currency", "KRW")
            .put("method", method)
            .put("card", card);
    return send(post("/charges", paymentId), request -> request.sendJsonObject(body))
        .compose(response -> outcome(response, paymentId, amount));
  }

  @Override
  public Future<Outcome> lookup(String paymentId, long amount) {
    return send(request(HttpMethod.GET, "/charges/" + paymentId), HttpRequest::send)
        .compose(response -> outcome(response, paymentId, amount));
  }

  @Override
  public Future<Outcome> close(String paymentId, long amount) {
    return send(post("/charges/" + paymentId + "/close", paymentId + "-close"), HttpRequest::send)
        .compose(response -> outcome(response, paymentId, amount));
  }

  @Override
  public Future<Void> refund(String paymentId, long amount) {
    JsonObject body = new JsonObject().put("amount", amount);
    return send(
            post("/charges/" + paymentId + "/refund", paymentId + "-refund"),
            request -> request.sendJsonObject(body))
        .compose(
            response ->
                Answer.of(response).says("REFUNDED", paymentId, amount)
                    ? Future.succeededFuture()
                    : Future.failedFuture(unclear(response)));
  }

  private HttpRequest<Buffer> post(String path, String idempotencyKey) {
    return request(HttpMethod.POST, path).putHeader("Idempotency-Key", idempotencyKey);
  }

  private HttpRequest<Buffer> request(HttpMethod method, String path) {
    return client.requestAbs(method, url + path).bearerTokenAuthentication(key);
  }

  private Future<HttpResponse<Buffer>> send(
      HttpRequest<Buffer> request,
      Function<HttpRequest<Buffer>, Future<HttpResponse<Buffer>>> send) {
    return ResponseDeadline.within(timeout, request, send);
  }

  private static Future<Outcome> outcome(
      HttpResponse<Buffer> response, String paymentId, long amount) {
    Answer answer = Answer.of(response);
    if (answer.says("APPROVED", paymentId, amount)) {
      return Future.succeededFuture(new Outcome.Approved());
    }
    if (answer.says("DECLINED", paymentId, amount)) {
      return Future.succeededFuture(new Outcome.Declined("the provider declined the charge"));
    }
    if (answer.says("UNKNOWN", paymentId)) {
      return Future.succeededFuture(new Outcome.Unknown());
    }
    return Future.failedFuture(unclear(response));
  }

  private static IOException unclear(HttpResponse<Buffer> response) {
    return new IOException("the provider's response is unclear, status " + response.statusCode());
  }

  /** The response body about one charge; {@code amount} is in won. */
  private record Answer(String id, String status, BigDecimal amount) {

    private static final Answer NONE = new Answer(null, null, null);

    static Answer of(HttpResponse<Buffer> response) {
      try {
        Answer answer = Json.decode(response.bodyAsString(), Answer.class);
        return answer != null && answer.fits(response.statusCode()) ? answer : NONE;
      } catch (IllegalArgumentException e) {
        return NONE;
      }
    }

    private boolean fits(int code) {
      return switch (code) {
        case 200, 201 -> !"UNKNOWN".equals(status);
        case 402 -> "DECLINED".equals(status);
        case 404 -> "UNKNOWN".equals(status);
        default -> false;
      };
    }

    boolean says(String expected, String paymentId) {
      return expected.equals(status) && paymentId.equals(id);
    }

    boolean says(String expected, String paymentId, long won) {
      return says(expected, paymentId)
          && amount != null
          && amount.compareTo(BigDecimal.valueOf(won)) == 0;
    }
  }
}
