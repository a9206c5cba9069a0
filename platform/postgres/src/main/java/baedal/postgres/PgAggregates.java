package baedal.postgres;

import baedal.events.Change;
import baedal.events.EventMessage;
import baedal.events.EventMessages;
import baedal.runtime.Json;
import baedal.runtime.Refusal;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Loads and changes the aggregates of one kind in a PostgreSQL table, for a service's repository.
 *
 * <p>The table has the columns {@code id, status, revision, sequence, changed_at, body}. One
 * statement writes a change, its events, and the id of the message that caused the change. The
 * revision is the optimistic lock.
 */
public final class PgAggregates<S> {

  /**
   * Computes the values of the columns {@code id}, {@code status} and {@code changed_at} from a
   * state.
   */
  public interface Shape<S> {
    String id(S state);

    String status(S state);

    Instant changedAt(S state);
  }

  private static final int MAX_TRIES = 50;
  private static final String SEEN =
      "INSERT INTO inbox (message_id) VALUES ($1) ON CONFLICT DO NOTHING";

  private record Stored<S>(S state, long revision, long sequence, boolean seen) {}

  private final SqlClient pool;
  private final String noun;
  private final Class<S> type;
  private final Shape<S> shape;
  private final Runnable wake;
  private final String find;
  private final String update;

  /**
   * @param table the plural of the aggregate's name, for example {@code orders}
   * @param wake wakes the relay; called after every write
   */
  public PgAggregates(SqlClient pool, String table, Class<S> type, Shape<S> shape, Runnable wake) {
    this(pool, table, type, shape, wake, "SELECT");
  }

  /**
   * As the constructor without {@code sideEffect}.
   *
   * @param sideEffect SQL that is a part of the statement that writes a change. It may use the
   *     common table expression {@code changed}, which has a row if the change is written, {@code
   *     $1} (the id) and {@code $6::text} (the new body)
   */
  public PgAggregates(
      SqlClient pool,
      String table,
      Class<S> type,
      Shape<S> shape,
      Runnable wake,
      String sideEffect) {
    this.pool = pool;
    noun = table.substring(0, table.length() - 1);
    this.type = type;
    this.shape = shape;
    this.wake = wake;
    find =
        """
        SELECT body::text, revision, sequence, EXISTS (SELECT 1 FROM inbox WHERE message_id = $2) AS seen
          FROM %s WHERE id = $1
        """
            .formatted(table);
    update =
        """
        WITH changed AS (
          UPDATE %s SET status = $3, revision = revision + 1, sequence = $4, changed_at = $5, body = $6::text::jsonb
           WHERE id = $1 AND revision = $2 RETURNING id),
        seen AS (INSERT INTO inbox (message_id) SELECT $7::text FROM changed WHERE $7::text IS NOT NULL),
        appended AS (%s),
        side_effect AS (%s)
        SELECT id FROM changed
        """
            .formatted(table, PgOutbox.append(8, "changed"), sideEffect);
  }

  /** Returns the state of an aggregate. Refuses (not found) if the aggregate does not exist. */
  public Future<S> find(String id) {
    return load(id, null).map(Stored::state);
  }

  /** Applies a transition that a client or a timer requests. */
  public Future<S> change(String id, Function<S, Change<S>> transition) {
    return change(id, null, transition, MAX_TRIES);
  }

  /**
   * Applies the transition that an event causes. A second call with the same message id changes
   * nothing.
   */
  public Future<S> change(String id, EventMessage message, Function<S, Change<S>> transition) {
    return change(id, message.id(), transition, MAX_TRIES);
  }

  /**
   * As {@link #change(String, Function)}, for an aggregate that was just inserted. Reads the
   * aggregate only if another transition has changed it since the insert.
   */
  public Future<S> changeInserted(Change<S> inserted, Function<S, Change<S>> transition) {
    Stored<S> asInserted = new Stored<>(inserted.state(), 1, inserted.events().size(), false);
    return apply(shape.id(inserted.state()), null, asInserted, transition, MAX_TRIES);
  }

  /** Applies the transition to the aggregates one after another. Stops at the first failure. */
  public Future<Void> changeEach(List<String> ids, Function<S, Change<S>> transition) {
    Future<Void> done = Future.succeededFuture();
    for (String id : ids) {
      done = done.compose(v -> change(id, transition)).mapEmpty();
    }
    return done;
  }

  /**
   * Returns the states that a query finds. The first column of the query must be {@code
   * body::text}.
   */
  public Future<List<S>> select(String sql, Tuple parameters) {
    return pool.preparedQuery(sql)
        .execute(parameters)
        .map(
            rows -> {
              List<S> states = new ArrayList<>();
              rows.forEach(row -> states.add(Json.decode(row.getString(0), type)));
              return states;
            });
  }

  /**
   * Returns the parameters {@code $1 id, $2 status, $3 sequence, $4 changed_at, $5 body} of an
   * insert, followed by the two parameters of {@link PgOutbox#append}.
   */
  public Tuple inserted(Change<S> made) {
    S state = made.state();
    Instant now = shape.changedAt(state);
    Tuple tuple =
        Tuple.tuple()
            .addString(shape.id(state))
            .addString(shape.status(state))
            .addLong((long) made.events().size())
            .addOffsetDateTime(at(now))
            .addString(Json.encode(state));
    return PgOutbox.add(tuple, EventMessages.wrap(made.events(), 1, now));
  }

  /** Call this after an insert that added events to the outbox. Returns {@code state}. */
  public S wakeRelay(S state) {
    wake.run();
    return state;
  }

  private Future<S> change(
      String id, String messageId, Function<S, Change<S>> transition, int tries) {
    return load(id, messageId).compose(stored -> apply(id, messageId, stored, transition, tries));
  }

  private Future<S> apply(
      String id, String messageId, Stored<S> stored, Function<S, Change<S>> transition, int tries) {
    if (stored.seen()) {
      return Future.succeededFuture(stored.state());
    }
    Change<S> change = transition.apply(stored.state());
    if (change.state().equals(stored.state()) && change.events().isEmpty()) {
      return messageId == null
          ? Future.succeededFuture(stored.state())
          : pool.preparedQuery(SEEN).execute(Tuple.of(messageId)).map(stored.state());
    }
    return save(id, stored, change, messageId)
        .compose(
            saved ->
                saved
                    ? Future.succeededFuture(wakeRelay(change.state()))
                    : retry(id, messageId, transition, tries));
  }

  private Future<S> retry(
      String id, String messageId, Function<S, Change<S>> transition, int tries) {
    return tries > 1
        ? change(id, messageId, transition, tries - 1)
        : Future.failedFuture(
            Refusal.unavailable(
                "busy",
                "too many concurrent changes of " + id + ": " + Refusal.RETRY_LATER,
                Duration.ofSeconds(1)));
  }

  private Future<Boolean> save(String id, Stored<S> stored, Change<S> change, String messageId) {
    S state = change.state();
    Tuple tuple =
        Tuple.tuple()
            .addString(id)
            .addLong(stored.revision())
            .addString(shape.status(state))
            .addLong(stored.sequence() + change.events().size())
            .addOffsetDateTime(at(shape.changedAt(state)))
            .addString(Json.encode(state))
            .addString(messageId);
    PgOutbox.add(tuple, EventMessages.wrap(change.events(), stored.sequence() + 1, Instant.now()));
    return pool.preparedQuery(update).execute(tuple).map(rows -> rows.size() > 0);
  }

  private Future<Stored<S>> load(String id, String messageId) {
    return pool.preparedQuery(find).execute(Tuple.of(id, messageId)).map(rows -> stored(id, rows));
  }

  private Stored<S> stored(String id, RowSet<Row> rows) {
    if (rows.size() == 0) {
      throw Refusal.notFound("there is no " + noun + " " + id);
    }
    Row row = rows.iterator().next();
    return new Stored<>(
        Json.decode(row.getString(0), type), row.getLong(1), row.getLong(2), row.getBoolean(3));
  }

  private static OffsetDateTime at(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}
