package baedal.runtime;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Ends the connections of a server without losing a request. An HTTP/1.x response says {@code
 * Connection: close}, and its connection closes after it. An HTTP/2 connection gets GOAWAY. A
 * connection of a service ends with the first response after {@link #MAX_AGE}, so that the client
 * connects again and may reach a new replica. While the server drains, every connection ends with
 * its next response. Runs on one event loop.
 */
final class ConnectionLifetime {

  static final Duration MAX_AGE = Duration.ofSeconds(30);

  /** The current response may be an event stream, which lasts long. */
  private static final long LAST_RESPONSE_DAYS = 1;

  private final LongSupplier nanoClock;

  /** The time at which each open connection was accepted. */
  private final Map<HttpConnection, Long> acceptedAt = new HashMap<>();

  private boolean draining;

  /** {@code nanoClock} is {@link System#nanoTime}, except in tests. */
  ConnectionLifetime(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
  }

  /** Limits the age of this connection. A connection that is not passed here has no limit. */
  void limit(HttpConnection connection) {
    acceptedAt.put(connection, nanoClock.getAsLong());
    connection.closeHandler(v -> acceptedAt.remove(connection));
  }

  /** From now on, every connection ends with its next response. */
  void drain() {
    draining = true;
  }

  /** Ends the connection of this request with its response, if the connection has to end. */
  void check(HttpServerRequest request) {
    HttpConnection connection = request.connection();
    if (!draining && !isOld(connection)) {
      return;
    }
    if (request.version() != HttpVersion.HTTP_2) {
      request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    }
    connection.shutdown(LAST_RESPONSE_DAYS, TimeUnit.DAYS);
  }

  private boolean isOld(HttpConnection connection) {
    Long accepted = acceptedAt.get(connection);
    return accepted != null && nanoClock.getAsLong() - accepted >= MAX_AGE.toNanos();
  }
}
