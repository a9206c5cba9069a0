package baedal.postgres;

import baedal.events.EventMessage;
import baedal.events.EventMessages;
import baedal.events.Outbox;
import baedal.events.Shards;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Transaction;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;

/**
 * The outbox in PostgreSQL: a table that is written in the same statement as the state. While a
 * relay publishes, it locks shards with {@code FOR UPDATE SKIP LOCKED}. So several replicas share
 * the work, and the events of each aggregate stay in order.
 */
public final class PgOutbox implements Outbox {

  /** The number of rows that {@code V0__backbone.sql} inserts into {@code outbox_shard}. */
  static final int SHARDS = 16;

  private static final int SHARDS_PER_BATCH = 8;

  private static final String LOCK =
      """
      SELECT shard FROM outbox_shard s
       WHERE EXISTS (SELECT 1 FROM outbox o WHERE o.shard = s.shard)
       ORDER BY random() LIMIT $1 FOR UPDATE SKIP LOCKED
      """;
  private static final String NEXT =
      "SELECT id, body FROM outbox WHERE shard = ANY($1) ORDER BY id LIMIT $2";
  private static final String DELETE = "DELETE FROM outbox WHERE id = ANY($1)";

  private final Pool pool;

  public PgOutbox(Pool pool) {
    this.pool = pool;
  }

  /**
   * Returns SQL that appends messages to the outbox if the common table expression {@code cte} has
   * a row. The SQL has two parameters, numbered from {@code firstParameter}; {@link #add} binds
   * them.
   */
  public static String append(int firstParameter, String cte) {
    return "INSERT INTO outbox (shard, body) SELECT m.shard, m.body FROM unnest($%d::smallint[], $%d::text[]) WITH ORDINALITY AS m(shard, body, n) WHERE EXISTS (SELECT 1 FROM %s) ORDER BY m.n"
        .formatted(firstParameter, firstParameter + 1, cte);
  }

  /** Adds the values of the parameters of {@link #append} to the end of the tuple. */
  public static Tuple add(Tuple tuple, List<EventMessage> messages) {
    Short[] shards =
        messages.stream().map(m -> (short) Shards.of(m.subject(), SHARDS)).toArray(Short[]::new);
    String[] bodies = messages.stream().map(EventMessages::encode).toArray(String[]::new);
    return tuple.addArrayOfShort(shards).addArrayOfString(bodies);
  }

  @Override
  public Future<Batch> next(int max) {
    return pool.getConnection()
        .compose(
            connection ->
                connection
                    .begin()
                    .compose(transaction -> take(connection, transaction, max))
                    .onFailure(e -> connection.close()));
  }

  private static Future<Batch> take(SqlConnection connection, Transaction transaction, int max) {
    return connection
        .preparedQuery(LOCK)
        .execute(Tuple.of(SHARDS_PER_BATCH))
        .compose(
            locked -> {
              List<Short> shards = new ArrayList<>();
              locked.forEach(row -> shards.add(row.getShort(0)));
              return connection
                  .preparedQuery(NEXT)
                  .execute(
                      Tuple.tuple().addArrayOfShort(shards.toArray(Short[]::new)).addInteger(max));
            })
        .map(rows -> new PgBatch(connection, transaction, rows));
  }

  private static final class PgBatch implements Batch {

    private final SqlConnection connection;
    private final Transaction transaction;
    private final List<Long> ids = new ArrayList<>();
    private final List<String> messages = new ArrayList<>();

    PgBatch(SqlConnection connection, Transaction transaction, RowSet<Row> rows) {
      this.connection = connection;
      this.transaction = transaction;
      rows.forEach(
          row -> {
            ids.add(row.getLong(0));
            messages.add(row.getString(1));
          });
    }

    @Override
    public List<String> messages() {
      return messages;
    }

    @Override
    public boolean more() {
      return !messages.isEmpty();
    }

    @Override
    public Future<Void> sent() {
      return connection
          .preparedQuery(DELETE)
          .execute(Tuple.tuple().addArrayOfLong(ids.toArray(Long[]::new)))
          .compose(done -> transaction.commit())
          .eventually(connection::close);
    }

    @Override
    public Future<Void> release() {
      return transaction.rollback().eventually(connection::close);
    }
  }
}
