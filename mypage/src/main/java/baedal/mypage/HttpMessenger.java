package baedal.mypage;

import baedal.runtime.ResponseDeadline;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Sends each notification to a messenger with a REST API, as one POST. */
final class HttpMessenger implements Messenger {

  /** Time limit for a complete response. */
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final WebClient client;
  private final String url;
  private final String key;

  HttpMessenger(Vertx vertx, String url, String key) {
    this.client =
        WebClient.create(
            vertx,
            new WebClientOptions()
                .setIdleTimeout((int) TIMEOUT.toMillis())
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS),
            new PoolOptions().setHttp1MaxSize(Notifier.MAX_CONCURRENT));
    this.url = url;
    this.key = key;
  }

  @Override
  public String channel() {
    return "KAKAO";
  }

  @Override
  public Future<Void> send(String customerId, String orderId, String text) {
    JsonObject message =
        new JsonObject().put("to", customerId).put("orderId", orderId).put("text", text);
    return ResponseDeadline.within(
            TIMEOUT,
            client.postAbs(url).bearerTokenAuthentication(key),
            request -> request.sendJsonObject(message))
        .compose(
            response ->
                response.statusCode() < 300
                    ? Future.succeededFuture()
                    : Future.failedFuture(
                        new IOException(
                            "the messenger responded with status " + response.statusCode())));
  }
}
