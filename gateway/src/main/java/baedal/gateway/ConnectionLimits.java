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
 * The connections from outside, on one event loop. Whoever holds one without bringing a whole
 * request gives it up, however busily the bytes drip; whoever waits for an answer keeps it.
 */
final class ConnectionLimits {

  private static final long SWEEP_MILLIS = 500;

  private static final class ClientConnection {
    private int asking;
    private long patienceEnds;
  }

  private static final Logger log = LoggerFactory.getLogger(ConnectionLimits.class);

  private final PublicHttpConfig config;
  private final Addresses addresses;
  private final Map<HttpConnection, ClientConnection> guests = new HashMap<>();
  private final Map<String, Integer> byHousehold = new HashMap<>();
  private boolean told;

  ConnectionLimits(Vertx vertx, PublicHttpConfig config, Addresses addresses) {
    this.config = config;
    this.addresses = addresses;
    vertx.setPeriodic(SWEEP_MILLIS, id -> sweep());
  }

  /** One more than there is room for is closed at once. */
  void opened(HttpConnection connection) {
    Optional<String> household = addresses.household(connection);
    if (guests.size() >= config.maxConnections() || household.filter(this::isFull).isPresent()) {
      connection.close();
      return;
    }
    ClientConnection guest = new ClientConnection();
    guest.patienceEnds = in(config.headTimeout());
    guests.put(connection, guest);
    household.ifPresent(name -> byHousehold.merge(name, 1, Integer::sum));
    connection.closeHandler(
        v -> {
          guests.remove(connection);
          household.ifPresent(
              name -> byHousehold.computeIfPresent(name, (n, had) -> had == 1 ? null : had - 1));
        });
  }

  private boolean isFull(String household) {
    int most = config.maxConnectionsPerAddress();
    boolean full = most > 0 && byHousehold.getOrDefault(household, 0) >= most;
    if (full && !told) {
      told = true;
      log.atWarn()
          .addKeyValue("from", household)
          .log("no more connections of this address: is it a proxy to name in TRUSTED_PROXIES?");
    }
    return full;
  }

  void asked(RoutingContext ctx) {
    ClientConnection guest = guests.get(ctx.request().connection());
    if (guest != null) {
      guest.asking++;
      ctx.addEndHandler(
          answered -> {
            guest.asking--;
            guest.patienceEnds = in(config.idleTimeout());
          });
    }
    ctx.next();
  }

  private void sweep() {
    long now = System.nanoTime();
    List.copyOf(guests.entrySet()).stream()
        .filter(entry -> entry.getValue().asking == 0 && entry.getValue().patienceEnds - now < 0)
        .forEach(entry -> entry.getKey().close());
  }

  private static long in(Duration patience) {
    return System.nanoTime() + patience.toNanos();
  }
}
