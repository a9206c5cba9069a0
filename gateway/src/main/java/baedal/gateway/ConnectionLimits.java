package baedal.gateway;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Limits the number of public connections, in total and for each address, and closes idle
 * connections. A connection is idle while none of its requests is in progress. A request is in
 * progress once its head has arrived, so a client that sends a head byte by byte is idle. Runs on
 * one event loop.
 */
final class ConnectionLimits {

  private static final long SWEEP_MILLIS = 500;

  private static final class ClientConnection {
    private int requestsInProgress;

    /**
     * The time at which the connection is closed as idle, by {@link System#nanoTime}. Valid only
     * while no request is in progress.
     */
    private long idleDeadline;
  }

  private static final Logger log = LoggerFactory.getLogger(ConnectionLimits.class);

  private final PublicHttpConfig config;
  private final Addresses addresses;
  private final Map<HttpConnection, ClientConnection> connections = new HashMap<>();
  private final Map<String, Integer> countByAddress = new HashMap<>();
  private boolean warned;

  ConnectionLimits(Vertx vertx, PublicHttpConfig config, Addresses addresses) {
    this.config = config;
    this.addresses = addresses;
    vertx.setPeriodic(SWEEP_MILLIS, id -> closeIdle());
  }

  /**
   * Closes a new connection if a limit is reached. Otherwise counts the connection until it closes.
   */
  void open(HttpConnection connection) {
    Optional<String> address = addresses.limitKey(connection);
    if (connections.size() >= config.maxConnections() || address.filter(this::isFull).isPresent()) {
      connection.close();
      return;
    }
    ClientConnection opened = new ClientConnection();
    opened.idleDeadline = nanoTimeAfter(config.headTimeout());
    connections.put(connection, opened);
    address.ifPresent(key -> countByAddress.merge(key, 1, Integer::sum));
    connection.closeHandler(
        v -> {
          connections.remove(connection);
          address.ifPresent(
              key ->
                  countByAddress.computeIfPresent(
                      key, (k, count) -> count == 1 ? null : count - 1));
        });
  }

  private boolean isFull(String address) {
    int max = config.maxConnectionsPerAddress();
    boolean full = max > 0 && countByAddress.getOrDefault(address, 0) >= max;
    if (full && !warned) {
      warned = true;
      log.atWarn()
          .addKeyValue("from", address)
          .log(
              "MAX_CONNECTIONS_PER_ADDRESS reached:"
                  + " if the address is a proxy, add it to TRUSTED_PROXIES");
    }
    return full;
  }

  /** Keeps the connection of a request from being closed as idle until the request ends. */
  void holdOpen(RoutingContext ctx) {
    ClientConnection connection = connections.get(ctx.request().connection());
    if (connection != null) {
      connection.requestsInProgress++;
      ctx.addEndHandler(
          answered -> {
            connection.requestsInProgress--;
            connection.idleDeadline = nanoTimeAfter(config.idleTimeout());
          });
    }
    ctx.next();
  }

  private void closeIdle() {
    long now = System.nanoTime();
    List.copyOf(connections.entrySet()).stream()
        .filter(entry -> entry.getValue().requestsInProgress == 0)
        .filter(entry -> entry.getValue().idleDeadline - now < 0)
        .forEach(entry -> entry.getKey().close());
  }

  private static long nanoTimeAfter(Duration timeout) {
    return System.nanoTime() + timeout.toNanos();
  }
}
