package baedal.runtime;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * A timeout for the whole response of another server, which may stop in the middle of its response.
 */
public final class ResponseDeadline {

  private ResponseDeadline() {}

  /**
   * Sends {@code request} with {@code send}. The future fails if the response is not complete
   * within {@code timeout}. Vert.x's own request timeout covers only the wait for the first bytes.
   */
  public static Future<HttpResponse<Buffer>> within(
      Duration timeout,
      HttpRequest<Buffer> request,
      Function<HttpRequest<Buffer>, Future<HttpResponse<Buffer>>> send) {
    return send.apply(request.timeout(timeout.toMillis()))
        .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }
}
