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
import io.vertx.sqlclient.Tuple;
import java.util.List;

/**
 * The outbox in PostgreSQL: a table that is written in the same statement as the state. While a
 * relay publishes, it locks shards ({@code R__take_outbox.sql}). So several replicas share the
 * work, and the events of each aggregate stay in order.
 */
public final class PgOutbox implements Outbox {

  /** The number of rows that {@code V0__backbone.sql} inserts into {@code outbox_shard}. */
  static final int SHARDS = 16;

  private static final int SHARDS_PER_BATCH = 8;

  private static final String TAKE = "SELECT ids, bodies, more FROM take_outbox($1, $2)";
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

  /**
   * Takes a batch with one round trip. The statements that begin and end the transaction are sent
   * together with the others, which the driver's own transactions do not allow.
   */
  @Override
  public Future<Batch> next(int max) {
    return pool.getConnection()
        .compose(
            connection -> {
              Future<?> begun = connection.query("BEGIN").execute();
              Future<RowSet<Row>> taken =
                  connection.preparedQuery(TAKE).execute(Tuple.of(SHARDS_PER_BATCH, max));
              return Future.join(begun, taken)
                  .map(done -> (Batch) new PgBatch(connection, taken.result().iterator().next()))
                  .recover(e -> rollback(connection).transform(done -> Future.failedFuture(e)));
            });
  }

  private static Future<Void> rollback(SqlConnection connection) {
    return connection.query("ROLLBACK").execute().eventually(connection::close).mapEmpty();
  }

  private static final class PgBatch implements Batch {

    private final SqlConnection connection;
    private final Long[] ids;
    private final List<String> messages;
    private final boolean more;

    PgBatch(SqlConnection connection, Row taken) {
      this.connection = connection;
      ids = taken.getArrayOfLongs(0);
      messages = List.of(taken.getArrayOfStrings(1));
      more = taken.getBoolean(2);
    }

    @Override
    public List<String> messages() {
      return messages;
    }

    @Override
    public boolean more() {
      return more;
    }

    @Override
    public Future<Void> sent() {
      Future<?> deleted =
          ids.length == 0
              ? Future.succeededFuture()
              : connection.preparedQuery(DELETE).execute(Tuple.tuple().addArrayOfLong(ids));
      Future<?> committed = connection.query("COMMIT").execute();
      return Future.join(deleted, committed).eventually(connection::close).mapEmpty();
    }

    @Override
    public Future<Void> release() {
      return rollback(connection);
    }
  }
}
