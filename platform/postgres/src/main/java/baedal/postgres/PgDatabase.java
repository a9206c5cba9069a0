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
import io.vertx.sqlclient.SqlConnection;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The PostgreSQL database of one service, for its verticle: the connection pool, the migration of
 * the schema at start, the readiness check, and the deletion of old inbox rows.
 */
public final class PgDatabase implements Database {

  private static final Logger log = LoggerFactory.getLogger(PgDatabase.class);
  static final int CONNECTIONS = 16;
  private static final int WAITING = 2_000;
  private static final int PIPELINED = 64;
  private static final int WAIT_SECONDS = 5;

  /** The server cancels a statement that takes longer. */
  private static final int STATEMENT_SECONDS = 5;

  /**
   * The server ends a transaction that is idle for longer, and so releases the locks of a relay
   * that hangs. It is longer than a relay takes to publish a batch.
   */
  private static final int IDLE_TRANSACTION_SECONDS = 10;

  /** The client closes a connection in use if the server sends nothing for so long. */
  private static final int SILENT_SECONDS = 10;

  /**
   * The pool closes a connection that is unused for so long. The time is less than {@link
   * #SILENT_SECONDS}, so the pool closes such a connection first.
   */
  private static final int UNUSED_SECONDS = 5;

  private static final long RETRY_MILLIS = 1_000;

  /**
   * Deletes inbox rows that are older than 30 days. So a dead letter that is replayed after a
   * longer time may have its effect twice.
   */
  private static final String CLEAN_INBOX =
      """
      DELETE FROM inbox WHERE message_id IN (
        SELECT message_id FROM inbox WHERE seen_at < now() - interval '30 days' LIMIT 1000 FOR UPDATE SKIP LOCKED)
      """;

  private static final long CLEAN_INBOX_MILLIS = 1_000;

  private final Vertx vertx;
  private final String uri;
  private final String[] migrations;
  private final PgPool pool;
  private final ConnectionKeeper keeper;
  private volatile boolean migrated;
  private volatile boolean closed;
  private long inboxTimer = -1;

  /** {@code uri} is {@code postgresql://user:password@host:port/database}. */
  public PgDatabase(Vertx vertx, String uri, String... migrations) {
    this.vertx = vertx;
    this.uri = uri;
    this.migrations = migrations.clone();
    PgConnectOptions options = PgSchema.parse(uri);
    options.setCachePreparedStatements(true).setPipeliningLimit(PIPELINED);
    options.addProperty("statement_timeout", STATEMENT_SECONDS + "s");
    options.addProperty("idle_in_transaction_session_timeout", IDLE_TRANSACTION_SECONDS + "s");
    Pool driverPool =
        PgBuilder.pool()
            .with(
                new PoolOptions()
                    .setMaxSize(CONNECTIONS)
                    .setMaxWaitQueueSize(WAITING)
                    .setConnectionTimeout(WAIT_SECONDS)
                    .setConnectionTimeoutUnit(TimeUnit.SECONDS)
                    .setIdleTimeout(UNUSED_SECONDS))
            .connectingTo(options)
            .using(new IdleTimeoutVertx(vertx))
            .build();
    pool = new PgPool(driverPool);
    keeper = new ConnectionKeeper(vertx, pool);
  }

  /** Sets the idle timeout of connections: vertx-pg-client 5.0.8 ignores the transport options. */
  private static final class IdleTimeoutVertx extends VertxWrapper {

    IdleTimeoutVertx(Vertx vertx) {
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

  /**
   * Runs {@code work} in a transaction and rolls it back, so that nothing is stored. {@code work}
   * gets the connection. The warm-up uses it.
   */
  public Future<Void> rollBack(Function<SqlConnection, Future<?>> work) {
    return pool.getConnection()
        .compose(
            connection ->
                connection
                    .begin()
                    .compose(
                        transaction -> work.apply(connection).eventually(transaction::rollback))
                    .eventually(connection::close))
        .mapEmpty();
  }

  public Outbox outbox() {
    return new PgOutbox(pool);
  }

  /**
   * Migrates the schema. After each failure it tries again 1 s later, until it succeeds. Then it
   * runs {@code then} once.
   */
  public void prepare(Runnable then) {
    prepare(true, then);
  }

  /**
   * As {@link #prepare(Runnable)}. Without {@code migrates}, another program migrates the schema.
   */
  public void prepare(boolean migrates, Runnable then) {
    Future<Void> schema =
        migrates
            ? PgSchema.migrate(vertx, uri, migrations)
            : PgSchema.requireMigrated(vertx, uri, migrations);
    schema
        .onSuccess(
            v -> {
              migrated = true;
              inboxTimer =
                  vertx.setPeriodic(CLEAN_INBOX_MILLIS, id -> pool.query(CLEAN_INBOX).execute());
              keeper.start();
              then.run();
            })
        .onFailure(
            e -> {
              if (!closed) {
                log.atWarn()
                    .addKeyValue("cause", e.getMessage())
                    .log(
                        migrates
                            ? "migrating the database failed, will retry"
                            : "waiting until another program has migrated the database");
                vertx.setTimer(RETRY_MILLIS, id -> prepare(migrates, then));
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

  /** Succeeds if the database answers and has its schema. */
  @Override
  public Future<?> ping() {
    return migrated
        ? pool.query("SELECT 1").execute()
        : Future.failedFuture(new IOException("the database has no schema yet"));
  }

  @Override
  public Future<Void> close() {
    closed = true;
    vertx.cancelTimer(inboxTimer);
    keeper.stop();
    return pool.close();
  }
}
