package baedal.runtime;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A timeout for the whole response of another server, even if the server stalls in the middle. */
public final class ResponseDeadline {

  private ResponseDeadline() {}

  /**
   * The response to {@code request}, which {@code send} sends. Fails when the response is not
   * complete within {@code timeout}. The timeout of the client itself covers the first bytes only.
   */
  public static Future<HttpResponse<Buffer>> within(
      Duration timeout,
      HttpRequest<Buffer> request,
      Function<HttpRequest<Buffer>, Future<HttpResponse<Buffer>>> send) {
    return send.apply(request.timeout(timeout.toMillis()))
        .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }
}
