package baedal.gateway;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The connections from outside, on one event loop. Whoever holds one without bringing a whole
 * request gives it up, however busily the bytes drip; whoever waits for an answer keeps it.
 */
final class Connections {

  private static final long SWEEP_MILLIS = 500;

  private static final class Guest {
    private int asking;
    private long patienceEnds;
  }

  private final EdgeConfig config;
  private final Map<HttpConnection, Guest> guests = new HashMap<>();

  Connections(Vertx vertx, EdgeConfig config) {
    this.config = config;
    vertx.setPeriodic(SWEEP_MILLIS, id -> sweep());
  }

  /** One more than there is room for is closed at once. */
  void opened(HttpConnection connection) {
    if (guests.size() >= config.maxConnections()) {
      connection.close();
      return;
    }
    Guest guest = new Guest();
    guest.patienceEnds = in(config.headTimeout());
    guests.put(connection, guest);
    connection.closeHandler(v -> guests.remove(connection));
  }

  void asked(RoutingContext ctx) {
    Guest guest = guests.get(ctx.request().connection());
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
