package baedal.runtime;

import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.vertx.core.http.HttpServerRequest;
import java.util.regex.Pattern;

/**
 * The name of one request: in its answer, in the logs, and with every call that is made for its
 * sake. The caller's own, when it is fit for a log; else a new one.
 */
public final class RequestId {

  public static final String HEADER = "X-Request-Id";

  private static final Pattern FIT = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final ContextKey<String> KEY = ContextKey.named("requestId");

  private RequestId() {}

  /**
   * Names the request, and says so in its answer. The name is known until the request's own context
   * ends, so the scope is never closed.
   */
  @SuppressWarnings("MustBeClosedChecker")
  static void begin(HttpServerRequest request) {
    String asked = request.getHeader(HEADER);
    String id = asked != null && FIT.matcher(asked).matches() ? asked : Ids.next();
    Context.current().with(KEY, id).makeCurrent();
    request.response().putHeader(HEADER, id);
  }

  /** Of the request in hand, or null outside any. */
  public static String current() {
    return Context.current().get(KEY);
  }
}
