package baedal.payment;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.io.IOException;
import java.time.Duration;

/**
 * A payment provider behind a REST API: {@code POST /charges}, {@code GET /charges/{id}}, {@code
 * POST /charges/{id}/refund}, each with our payment id as the idempotency key.
 */
final class HttpProvider implements PaymentProvider {

  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final int CONNECT_MILLIS = 2_000;

  private final WebClient client;
  private final String url;
  private final String key;

  HttpProvider(Vertx vertx, String url, String key) {
    client = WebClient.create(vertx, new WebClientOptions().setConnectTimeout(CONNECT_MILLIS));
    this.url = url;
    this.key = key;
  }

  @Override
  public Future<Outcome> charge(String paymentId, long amount, String method, String card) {
    JsonObject body =
        new JsonObject()
            .put("amount", amount)
            .put("currency", "KRW")
            .put("method", method)
            .put("card", card);
    return request(HttpMethod.POST, "/charges", paymentId)
        .sendJsonObject(body)
        .compose(HttpProvider::outcome);
  }

  @Override
  public Future<Outcome> lookup(String paymentId) {
    return request(HttpMethod.GET, "/charges/" + paymentId, paymentId)
        .send()
        .compose(HttpProvider::outcome);
  }

  @Override
  public Future<Void> refund(String paymentId, long amount) {
    return request(HttpMethod.POST, "/charges/" + paymentId + "/refund", paymentId)
        .sendJsonObject(new JsonObject().put("amount", amount))
        .compose(
            response ->
                response.statusCode() < 300
                    ? Future.succeededFuture()
                    : Future.failedFuture(failed(response)));
  }

  private HttpRequest<Buffer> request(HttpMethod method, String path, String paymentId) {
    return client
        .requestAbs(method, url + path)
        .timeout(TIMEOUT.toMillis())
        .bearerTokenAuthentication(key)
        .putHeader("Idempotency-Key", paymentId);
  }

  private static Future<Outcome> outcome(HttpResponse<Buffer> response) {
    return switch (response.statusCode()) {
      case 200, 201 -> Future.succeededFuture(new Outcome.Approved());
      case 402 -> Future.succeededFuture(new Outcome.Declined("the provider declined"));
      case 404 -> Future.succeededFuture(new Outcome.Unknown());
      default -> Future.failedFuture(failed(response));
    };
  }

  private static IOException failed(HttpResponse<Buffer> response) {
    return new IOException("the provider answered " + response.statusCode());
  }
}
