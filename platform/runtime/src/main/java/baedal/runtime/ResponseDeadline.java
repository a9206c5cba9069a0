package baedal.runtime;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Waits for another server no longer than it was told to, even if that stalls in mid-answer. */
public final class ResponseDeadline {

  private ResponseDeadline() {}

  /**
   * The answer to {@code request}, which {@code send} sends. The client's own timeout ends with the
   * first bytes of an answer; this one with the last. Fails when they are not here in time.
   */
  public static Future<HttpResponse<Buffer>> within(
      Duration timeout,
      HttpRequest<Buffer> request,
      Function<HttpRequest<Buffer>, Future<HttpResponse<Buffer>>> send) {
    return send.apply(request.timeout(timeout.toMillis()))
        .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }
}
