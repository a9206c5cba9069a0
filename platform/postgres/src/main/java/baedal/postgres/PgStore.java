package baedal.postgres;

import baedal.events.Outbox;
import baedal.runtime.Database;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.internal.VertxWrapper;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A service's PostgreSQL: the pool, the schema brought up to date as soon as the server is there,
 * and an inbox that forgets.
 */
public final class PgStore implements Database {

  private static final Logger log = LoggerFactory.getLogger(PgStore.class);
  private static final int CONNECTIONS = 16;
  private static final int WAITING = 2_000;
  private static final int PIPELINED = 64;
  private static final int WAIT_SECONDS = 5;

  /** A statement that takes longer is ended by the server. */
  private static final int STATEMENT_SECONDS = 5;

  /**
   * A relay publishes for less; of one that hangs the server ends the transaction, and with it its
   * locks.
   */
  private static final int IDLE_TRANSACTION_SECONDS = 10;

  /** On a connection in use: the server is gone. One at rest is closed well before. */
  private static final int SILENT_SECONDS = 10;

  private static final int AT_REST_SECONDS = 5;
  private static final long RETRY_MILLIS = 1_000;

  /** Longer than any message waits: in a queue, on the retry ladder, or among the dead letters. */
  private static final String FORGET =
      """
      DELETE FROM inbox WHERE message_id IN (
        SELECT message_id FROM inbox WHERE seen_at < now() - interval '30 days' LIMIT 1000 FOR UPDATE SKIP LOCKED)
      """;

  private static final long FORGET_MILLIS = 1_000;

  private final Vertx vertx;
  private final String uri;
  private final String[] migrations;
  private final Pool pool;
  private volatile boolean migrated;
  private volatile boolean closed;
  private long forgetting = -1;

  /** {@code uri} is {@code postgresql://user:password@host:port/database}. */
  public PgStore(Vertx vertx, String uri, String... migrations) {
    this.vertx = vertx;
    this.uri = uri;
    this.migrations = migrations.clone();
    PgConnectOptions options = PgSchema.parse(uri);
    options.setCachePreparedStatements(true).setPipeliningLimit(PIPELINED);
    options.addProperty("statement_timeout", STATEMENT_SECONDS + "s");
    options.addProperty("idle_in_transaction_session_timeout", IDLE_TRANSACTION_SECONDS + "s");
    pool =
        PgBuilder.pool()
            .with(
                new PoolOptions()
                    .setMaxSize(CONNECTIONS)
                    .setMaxWaitQueueSize(WAITING)
                    .setConnectionTimeout(WAIT_SECONDS)
                    .setConnectionTimeoutUnit(TimeUnit.SECONDS)
                    .setIdleTimeout(AT_REST_SECONDS))
            .connectingTo(options)
            .using(new Impatient(vertx))
            .build();
  }

  /** The pool passes over the transport options it is given (vertx-pg-client 5.0.8). */
  private static final class Impatient extends VertxWrapper {

    Impatient(Vertx vertx) {
      super((VertxInternal) vertx);
    }

    @Override
    public NetClient createNetClient(NetClientOptions options) {
      return super.createNetClient(options.setIdleTimeout(SILENT_SECONDS));
    }
  }

  public Pool pool() {
    return pool;
  }

  public Outbox outbox() {
    return new PgOutbox(pool);
  }

  /**
   * Migrates now if the server is there, else as soon as it is; {@code then} runs once, afterwards.
   */
  public void prepare(Runnable then) {
    PgSchema.migrate(vertx, uri, migrations)
        .onSuccess(
            v -> {
              migrated = true;
              forgetting = vertx.setPeriodic(FORGET_MILLIS, id -> pool.query(FORGET).execute());
              then.run();
            })
        .onFailure(
            e -> {
              if (!closed) {
                log.atWarn().addKeyValue("cause", e.getMessage()).log("the database is away");
                vertx.setTimer(RETRY_MILLIS, id -> prepare(then));
              }
            });
  }

  @Override
  public boolean prepared() {
    return migrated;
  }

  @Override
  public String name() {
    return "postgres";
  }

  /** Succeeds while the database answers and has its schema. */
  @Override
  public Future<?> ping() {
    return migrated
        ? pool.query("SELECT 1").execute()
        : Future.failedFuture(new IOException("the database has no schema yet"));
  }

  @Override
  public Future<Void> close() {
    closed = true;
    vertx.cancelTimer(forgetting);
    return pool.close();
  }
}
