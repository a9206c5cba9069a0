package baedal.postgres;

import baedal.events.Change;
import baedal.runtime.IdempotencyKey;
import baedal.runtime.Json;
import baedal.runtime.Refusal;
import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.Optional;

/**
 * Inserts an aggregate, its events and the idempotency key of the request in one statement. So
 * repeated and concurrent requests with one key insert at most one aggregate. {@code order} and
 * {@code payment} use it.
 *
 * <p>The service's table {@code idempotency} has the columns {@code caller}, {@code key} (together
 * the primary key), {@code body_hash} and {@code answer}.
 */
public final class IdempotentInsert<S> {

  /**
   * The aggregate that was inserted with an idempotency key.
   *
   * @param state the stored answer; the current state of the aggregate if no answer is stored
   * @param answered whether an answer is stored
   */
  public record Keyed<S>(S state, boolean answered) {}

  private static final String KEYS = "idempotency";
  private static final String UNIQUE_VIOLATION = "23505";
  private static final int MAX_TRIES = 3;

  private final SqlClient pool;
  private final PgAggregates<S> aggregates;
  private final Class<S> type;
  private final String insert;
  private final String find;

  private IdempotentInsert(
      SqlClient pool, PgAggregates<S> aggregates, Class<S> type, String insert, String find) {
    this.pool = pool;
    this.aggregates = aggregates;
    this.type = type;
    this.insert = insert;
    this.find = find;
  }

  /**
   * Creates an insert that also stores the inserted state, as the answer to repeated requests.
   *
   * @param insertRow the SQL that inserts one row and returns its {@code id}; its parameters are
   *     those of {@link PgAggregates#inserted}, then from {@code $11} on the service's own
   *     parameters
   */
  public static <S> IdempotentInsert<S> answeredAtOnce(
      SqlClient pool, PgAggregates<S> aggregates, Class<S> type, String insertRow) {
    String find =
        "SELECT body_hash, answer::text, true FROM idempotency WHERE caller = $1 AND key = $2";
    return new IdempotentInsert<>(
        pool, aggregates, type, statement(insertRow, "answer", "$5::text::jsonb"), find);
  }

  /**
   * Creates an insert that stores no answer. The service writes the column {@code answer} later.
   *
   * @param insertRow as for {@link #answeredAtOnce}
   * @param table the table of the aggregates
   * @param idColumn the column of {@code idempotency} that holds the aggregate's id
   */
  public static <S> IdempotentInsert<S> answeredLater(
      SqlClient pool,
      PgAggregates<S> aggregates,
      Class<S> type,
      String insertRow,
      String table,
      String idColumn) {
    String find =
        """
        SELECT k.body_hash, coalesce(k.answer, a.body)::text, k.answer IS NOT NULL
          FROM idempotency k JOIN %s a ON a.id = k.%s WHERE k.caller = $1 AND k.key = $2
        """
            .formatted(table, idColumn);
    return new IdempotentInsert<>(
        pool, aggregates, type, statement(insertRow, idColumn, "id"), find);
  }

  private static String statement(String insertRow, String column, String value) {
    return """
        WITH changed AS (%s),
        keyed AS (
          INSERT INTO idempotency (caller, key, body_hash, %s)
          SELECT $8, $9, $10, %s FROM changed WHERE $9::text IS NOT NULL),
        messages AS (%s)
        SELECT id FROM changed
        """
        .formatted(insertRow, column, value, PgOutbox.append(6, "changed"));
  }

  /**
   * Inserts the aggregate and returns true. Returns false and inserts nothing if the key was used
   * before, or if {@code insertRow} has {@code ON CONFLICT DO NOTHING} and finds a conflict. Waits
   * for a concurrent insert with the same key.
   *
   * @param columns the service's own parameters of {@code insertRow}, from {@code $11} on
   * @param key null for a request without a key
   */
  public Future<Boolean> insert(Change<S> made, Tuple columns, IdempotencyKey key) {
    Tuple tuple =
        aggregates
            .inserted(made)
            .addString(key == null ? null : key.caller())
            .addString(key == null ? null : key.key())
            .addString(key == null ? null : key.bodyHash());
    for (int i = 0; i < columns.size(); i++) {
      tuple.addValue(columns.getValue(i));
    }
    return pool.preparedQuery(insert)
        .execute(tuple)
        .map(
            rows -> {
              boolean inserted = rows.size() > 0;
              if (inserted) {
                aggregates.wakeRelay(made.state());
              }
              return inserted;
            })
        .recover(e -> isUsedKey(e) ? Future.succeededFuture(false) : Future.failedFuture(e));
  }

  /**
   * Inserts as {@link #insert} does. Returns the inserted state; if the key was used before,
   * returns the state that {@link #find(IdempotencyKey)} finds. Refuses a key that was used with
   * another request body.
   */
  public Future<S> insertOrFind(Change<S> made, Tuple columns, IdempotencyKey key) {
    return insertOrFind(made, columns, key, MAX_TRIES);
  }

  private Future<S> insertOrFind(Change<S> made, Tuple columns, IdempotencyKey key, int tries) {
    if (tries == 0) {
      return Future.failedFuture(
          Refusal.unavailable(
              "busy",
              "too many concurrent requests with this key: " + Refusal.RETRY_LATER,
              Duration.ofSeconds(1)));
    }
    return insert(made, columns, key)
        .compose(
            inserted ->
                inserted
                    ? Future.succeededFuture(made.state())
                    : find(key)
                        .compose(
                            found ->
                                found.isPresent()
                                    ? Future.succeededFuture(found.get().state())
                                    : insertOrFind(made, columns, key, tries - 1)));
  }

  /**
   * Finds the aggregate that was inserted with this key; returns empty if the key is unused.
   * Refuses a key that was used with another request body.
   */
  public Future<Optional<Keyed<S>>> find(IdempotencyKey key) {
    return pool.preparedQuery(find)
        .execute(Tuple.of(key.caller(), key.key()))
        .map(
            rows -> {
              if (rows.size() == 0) {
                return Optional.empty();
              }
              Row row = rows.iterator().next();
              key.sameAs(row.getString(0));
              return Optional.of(
                  new Keyed<>(Json.decode(row.getString(1), type), row.getBoolean(2)));
            });
  }

  private static boolean isUsedKey(Throwable e) {
    return e instanceof PgException pg
        && UNIQUE_VIOLATION.equals(pg.getSqlState())
        && KEYS.equals(pg.getTable());
  }
}
