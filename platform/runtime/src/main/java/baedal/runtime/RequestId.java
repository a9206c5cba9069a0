package baedal.runtime;

import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.vertx.core.http.HttpServerRequest;
import java.util.regex.Pattern;

/**
 * The id of a request. The response, the logs, and the calls to other services repeat it. It is the
 * client's own id if that is safe to log, otherwise a new one.
 */
public final class RequestId {

  public static final String HEADER = "X-Request-Id";

  private static final Pattern SAFE_TO_LOG = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final ContextKey<String> KEY = ContextKey.named("requestId");

  private RequestId() {}

  /**
   * Gives the request its id and puts it into the response. The OpenTelemetry scope is never
   * closed, because it ends with the Vert.x context of the request.
   */
  @SuppressWarnings("MustBeClosedChecker")
  static void begin(HttpServerRequest request) {
    String received = request.getHeader(HEADER);
    String id = received != null && SAFE_TO_LOG.matcher(received).matches() ? received : Ids.next();
    Context.current().with(KEY, id).makeCurrent();
    request.response().putHeader(HEADER, id);
  }

  /** The id of the current request; null outside any request. */
  public static String current() {
    return Context.current().get(KEY);
  }
}
