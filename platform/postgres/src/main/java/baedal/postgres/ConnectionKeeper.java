package baedal.postgres;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.SqlConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Keeps connections of a {@link PgPool} open that the service still needs. The pool uses the first
 * unused connection and closes one that is unused for 5 s. Without this class, a service under
 * steady load would open connections again and again for its short peaks. Opening one costs the
 * server as much processor time as about a hundred statements.
 */
final class ConnectionKeeper {

  /** Less than the time after which the pool closes an unused connection. */
  private static final long PING_MILLIS = 2_000;

  /** A connection stays open for one to two periods after the last peak that needed it. */
  private static final long PERIOD_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final Vertx vertx;
  private final PgPool pool;
  private long timer = -1;
  private boolean pinging;
  private long periodStart = System.nanoTime();
  private int lastPeak;

  ConnectionKeeper(Vertx vertx, PgPool pool) {
    this.vertx = vertx;
    this.pool = pool;
  }

  void start() {
    timer = vertx.setPeriodic(PING_MILLIS, id -> ping());
  }

  void stop() {
    vertx.cancelTimer(timer);
  }

  /** Sends a statement on each unused connection that was used at a recent peak. */
  private void ping() {
    if (pinging) {
      return;
    }
    int unused = Math.min(pool.size(), recentPeak()) - pool.inUse();
    List<Future<SqlConnection>> taken = new ArrayList<>();
    for (int i = 0; i < unused; i++) {
      taken.add(pool.getConnection());
    }
    pinging = true;
    Future.join(taken)
        .otherwiseEmpty()
        .compose(
            v ->
                Future.join(
                    taken.stream()
                        .filter(Future::succeeded)
                        .map(Future::result)
                        .map(ConnectionKeeper::pingAndRelease)
                        .toList()))
        .onComplete(done -> pinging = false);
  }

  private static Future<Void> pingAndRelease(SqlConnection connection) {
    return connection.query("SELECT 1").execute().eventually(connection::close).mapEmpty();
  }

  private int recentPeak() {
    long now = System.nanoTime();
    int peak = Math.max(lastPeak, pool.peak());
    if (now - periodStart > PERIOD_NANOS) {
      periodStart = now;
      lastPeak = pool.takePeak();
    }
    return peak;
  }
}
