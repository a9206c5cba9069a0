package baedal.postgres;

import io.vertx.core.Future;
import io.vertx.core.VertxException;
import io.vertx.sqlclient.DatabaseException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PrepareOptions;
import io.vertx.sqlclient.PreparedQuery;
import io.vertx.sqlclient.Query;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.SqlResult;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pool that fails with an {@link IOException} if no connection is available in time. In that case
 * the driver's pool fails with a {@link VertxException}. It fails in the same way for a wrong
 * number of parameters; only the message differs. Therefore this pool first gets a connection and
 * then runs the query.
 */
final class PgPool implements Pool {

  private static final Logger log = LoggerFactory.getLogger(PgPool.class);

  private final Pool pool;
  private final AtomicInteger inUse = new AtomicInteger();
  private final AtomicInteger peak = new AtomicInteger();

  PgPool(Pool pool) {
    this.pool = pool;
  }

  @Override
  public Future<SqlConnection> getConnection() {
    return pool.getConnection()
        .recover(failure -> Future.failedFuture(typed(failure)))
        .map(connection -> connection.exceptionHandler(PgPool::lost));
  }

  /** Also counts the connections in use. */
  @Override
  public <T> Future<T> withConnection(Function<SqlConnection, Future<T>> work) {
    int now = inUse.incrementAndGet();
    peak.accumulateAndGet(now, Math::max);
    return Pool.super.withConnection(work).onComplete(done -> inUse.decrementAndGet());
  }

  /** The number of queries that have a connection or wait for one. */
  int inUse() {
    return inUse.get();
  }

  /** The maximum of {@link #inUse} since the last call of {@link #takePeak}. */
  int peak() {
    return peak.get();
  }

  /** Returns {@link #peak} and begins a new period. */
  int takePeak() {
    return peak.getAndSet(0);
  }

  private static Throwable typed(Throwable failure) {
    return failure instanceof VertxException && !(failure instanceof DatabaseException)
        ? new IOException("no connection to PostgreSQL", failure)
        : failure;
  }

  /**
   * Logs that a connection was lost. Without this handler the driver would print the failure, which
   * the running query reports anyway.
   */
  private static void lost(Throwable cause) {
    log.atDebug().addKeyValue("cause", cause.toString()).log("connection to PostgreSQL lost");
  }

  @Override
  public Query<RowSet<Row>> query(String sql) {
    return new PlainQuery<>(connection -> connection.query(sql));
  }

  @Override
  public PreparedQuery<RowSet<Row>> preparedQuery(String sql) {
    return new ParameterQuery<>(connection -> connection.preparedQuery(sql));
  }

  @Override
  public PreparedQuery<RowSet<Row>> preparedQuery(String sql, PrepareOptions options) {
    return new ParameterQuery<>(connection -> connection.preparedQuery(sql, options));
  }

  @Override
  public int size() {
    return pool.size();
  }

  @Override
  public Future<Void> close() {
    return pool.close();
  }

  private final class PlainQuery<T> implements Query<T> {

    private final Function<SqlConnection, Query<T>> on;

    PlainQuery(Function<SqlConnection, Query<T>> on) {
      this.on = on;
    }

    @Override
    public Future<T> execute() {
      return withConnection(connection -> on.apply(connection).execute());
    }

    @Override
    public <R> Query<SqlResult<R>> collecting(Collector<Row, ?, R> collector) {
      return new PlainQuery<>(connection -> on.apply(connection).collecting(collector));
    }

    @Override
    public <U> Query<RowSet<U>> mapping(Function<Row, U> mapper) {
      return new PlainQuery<>(connection -> on.apply(connection).mapping(mapper));
    }
  }

  private final class ParameterQuery<T> implements PreparedQuery<T> {

    private final Function<SqlConnection, PreparedQuery<T>> on;

    ParameterQuery(Function<SqlConnection, PreparedQuery<T>> on) {
      this.on = on;
    }

    @Override
    public Future<T> execute() {
      return withConnection(connection -> on.apply(connection).execute());
    }

    @Override
    public Future<T> execute(Tuple parameters) {
      return withConnection(connection -> on.apply(connection).execute(parameters));
    }

    @Override
    public Future<T> executeBatch(List<Tuple> batch) {
      return withConnection(connection -> on.apply(connection).executeBatch(batch));
    }

    @Override
    public <R> PreparedQuery<SqlResult<R>> collecting(Collector<Row, ?, R> collector) {
      return new ParameterQuery<>(connection -> on.apply(connection).collecting(collector));
    }

    @Override
    public <U> PreparedQuery<RowSet<U>> mapping(Function<Row, U> mapper) {
      return new ParameterQuery<>(connection -> on.apply(connection).mapping(mapper));
    }
  }
}
