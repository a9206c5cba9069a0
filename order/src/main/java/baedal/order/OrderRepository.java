package baedal.order;

import baedal.events.Change;
import baedal.events.EventMessage;
import baedal.rabbitmq.EventMessages;
import baedal.rabbitmq.PgOutbox;
import baedal.runtime.Json;
import baedal.runtime.Refusal;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Orders in PostgreSQL: each change and its events are one statement, and the database decides
 * races.
 */
final class OrderRepository {

  private static final int MAX_TRIES = 50;
  private static final Duration BUSY = Duration.ofSeconds(1);
  private static final int SWEEP = 100;
  private static final int FORGET = 1_000;

  private static final String INSERT =
      """
      INSERT INTO orders (id, customer_id, store_id, status, revision, sequence, expires_at, body)
      SELECT $1, $2, $3, $4, 1, $5, $6, $7::text::jsonb
      """;
  private static final String PLACE =
      "WITH changed AS (" + INSERT + " RETURNING id) " + PgOutbox.append(8, "changed");
  private static final String PLACE_ONCE =
      """
      WITH claimed AS (
        INSERT INTO idempotency (caller, key, body_hash, answer) VALUES ($2, $10, $11, $7::text::jsonb)
        ON CONFLICT DO NOTHING RETURNING key),
      changed AS (
      """
          + INSERT
          + " FROM claimed RETURNING id) "
          + PgOutbox.append(8, "changed");
  private static final String UPDATE =
      """
      WITH changed AS (
        UPDATE orders SET status = $3, revision = revision + 1, sequence = $4, served_at = $5, body = $6::text::jsonb
         WHERE id = $1 AND revision = $2 RETURNING id),
      seen AS (INSERT INTO inbox (message_id) SELECT $7::text FROM changed WHERE $7::text IS NOT NULL),
      told AS (
      """
          + PgOutbox.append(8, "changed")
          + ") SELECT id FROM changed";
  private static final String SEEN =
      "INSERT INTO inbox (message_id) VALUES ($1) ON CONFLICT DO NOTHING";
  private static final String FIND =
      """
      SELECT body::text, revision, sequence, EXISTS (SELECT 1 FROM inbox WHERE message_id = $2) AS seen
        FROM orders WHERE id = $1
      """;
  private static final String LIST =
      """
      SELECT body::text FROM orders
       WHERE customer_id = $1 AND ($2::text IS NULL OR status = $2) AND ($3::text IS NULL OR id < $3)
       ORDER BY id DESC LIMIT $4
      """;
  private static final String ANSWERED =
      "SELECT body_hash, answer::text FROM idempotency WHERE caller = $1 AND key = $2";
  private static final String UNPAID =
      "SELECT id FROM orders WHERE status = 'PLACED' AND expires_at <= $1 ORDER BY expires_at LIMIT "
          + SWEEP;
  private static final String SERVED =
      "SELECT id FROM orders WHERE served_at <= $1 ORDER BY served_at LIMIT " + SWEEP;
  private static final String FORGET_KEYS =
      """
      DELETE FROM idempotency WHERE (caller, key) IN (
        SELECT caller, key FROM idempotency WHERE made_at <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED)
      """;
  private static final String FORGET_MESSAGES =
      """
      DELETE FROM inbox WHERE message_id IN (
        SELECT message_id FROM inbox WHERE seen_at <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED)
      """;

  private record Stored(Order order, long revision, long sequence, boolean seen) {}

  /** What a caller asked for under an idempotency key of theirs. */
  record Key(String caller, String key, String bodyHash) {}

  private final Pool pool;
  private final Runnable wake;

  OrderRepository(Pool pool, Runnable wake) {
    this.pool = pool;
    this.wake = wake;
  }

  /** One round trip for the order and its event. */
  Future<Order> place(Change<Order> placed) {
    return pool.preparedQuery(PLACE).execute(inserted(placed)).map(done -> told(placed.state()));
  }

  /**
   * As {@link #place}, once a key: the same key with the same body gives the order that was placed
   * the first time.
   */
  Future<Order> placeOnce(Change<Order> placed, Key key) {
    Tuple tuple = inserted(placed).addString(key.key()).addString(key.bodyHash());
    return pool.preparedQuery(PLACE_ONCE)
        .execute(tuple)
        .compose(
            done ->
                done.rowCount() > 0
                    ? Future.succeededFuture(told(placed.state()))
                    : answered(key)
                        .compose(
                            first ->
                                first.isPresent()
                                    ? Future.succeededFuture(first.get())
                                    : placeOnce(placed, key)));
  }

  /** The order as this key placed it; refuses another body under the same key. */
  Future<Optional<Order>> answered(Key key) {
    return pool.preparedQuery(ANSWERED)
        .execute(Tuple.of(key.caller(), key.key()))
        .map(
            rows -> {
              if (rows.size() == 0) {
                return Optional.empty();
              }
              Row row = rows.iterator().next();
              if (!row.getString(0).equals(key.bodyHash())) {
                throw Refusal.of(
                    Refusal.Kind.UNPROCESSABLE,
                    "idempotency-key-reused",
                    "this Idempotency-Key was used with another body: use a new one");
              }
              return Optional.of(Json.decode(row.getString(1), Order.class));
            });
  }

  private static Tuple inserted(Change<Order> placed) {
    Order order = placed.state();
    Tuple tuple =
        Tuple.tuple()
            .addString(order.id())
            .addString(order.details().customerId())
            .addString(order.details().storeId())
            .addString(order.status().name())
            .addLong((long) placed.events().size())
            .addOffsetDateTime(at(order.details().expiresAt()))
            .addString(Json.encode(order));
    return PgOutbox.add(tuple, EventMessages.wrap(placed.events(), 1, order.changedAt()));
  }

  Future<Order> find(String id) {
    return load(id, null).map(Stored::order);
  }

  /**
   * The customer's orders, newest first; {@code status} and {@code before} (an order id) may be
   * null.
   */
  Future<List<Order>> list(String customerId, String status, String before, int limit) {
    return pool.preparedQuery(LIST)
        .execute(Tuple.of(customerId, status, before, limit))
        .map(
            rows -> {
              List<Order> orders = new ArrayList<>();
              rows.forEach(row -> orders.add(Json.decode(row.getString(0), Order.class)));
              return orders;
            });
  }

  /** Applies a transition that a client or a timer asks for. */
  Future<Order> change(String id, Function<Order, Change<Order>> transition) {
    return change(id, null, transition, MAX_TRIES);
  }

  /** Applies what an event says, exactly once for each message. */
  Future<Order> change(EventMessage message, Function<Order, Change<Order>> transition) {
    return change(message.subject(), message.id(), transition, MAX_TRIES);
  }

  private Future<Order> change(
      String id, String messageId, Function<Order, Change<Order>> transition, int tries) {
    return load(id, messageId)
        .compose(
            stored -> {
              if (stored.seen()) {
                return Future.succeededFuture(stored.order());
              }
              Change<Order> change = transition.apply(stored.order());
              if (change.state().equals(stored.order()) && change.events().isEmpty()) {
                return messageId == null
                    ? Future.succeededFuture(stored.order())
                    : pool.preparedQuery(SEEN).execute(Tuple.of(messageId)).map(stored.order());
              }
              return save(stored, change, messageId)
                  .compose(
                      saved -> {
                        if (saved) {
                          return Future.succeededFuture(told(change.state()));
                        }
                        return tries > 1
                            ? change(id, messageId, transition, tries - 1)
                            : Future.failedFuture(
                                Refusal.unavailable(
                                    "order-busy", "the order changes too fast", BUSY));
                      });
            });
  }

  private Future<Boolean> save(Stored stored, Change<Order> change, String messageId) {
    Order order = change.state();
    Tuple tuple =
        Tuple.tuple()
            .addString(order.id())
            .addLong(stored.revision())
            .addString(order.status().name())
            .addLong(stored.sequence() + change.events().size())
            .addOffsetDateTime(order.servedAt() == null ? null : at(order.servedAt()))
            .addString(Json.encode(order))
            .addString(messageId);
    PgOutbox.add(tuple, EventMessages.wrap(change.events(), stored.sequence() + 1, Instant.now()));
    return pool.preparedQuery(UPDATE).execute(tuple).map(rows -> rows.size() > 0);
  }

  private Future<Stored> load(String id, String messageId) {
    return pool.preparedQuery(FIND).execute(Tuple.of(id, messageId)).map(rows -> stored(id, rows));
  }

  private static Stored stored(String id, RowSet<Row> rows) {
    if (rows.size() == 0) {
      throw Refusal.notFound("there is no order " + id);
    }
    Row row = rows.iterator().next();
    return new Stored(
        Json.decode(row.getString(0), Order.class),
        row.getLong(1),
        row.getLong(2),
        row.getBoolean(3));
  }

  Future<List<String>> unpaidAt(Instant now) {
    return ids(UNPAID, now);
  }

  Future<List<String>> servedBefore(Instant then) {
    return ids(SERVED, then);
  }

  /** Idempotency keys made until {@code then}, a thousand at a time; the future holds how many. */
  Future<Integer> forgetKeys(Instant then) {
    return forget(FORGET_KEYS, then);
  }

  /** As {@link #forgetKeys}: ids of messages that are too old to come again. */
  Future<Integer> forgetMessages(Instant then) {
    return forget(FORGET_MESSAGES, then);
  }

  private Future<Integer> forget(String sql, Instant then) {
    return pool.preparedQuery(sql).execute(Tuple.of(at(then), FORGET)).map(RowSet::rowCount);
  }

  private Future<List<String>> ids(String sql, Instant at) {
    return pool.preparedQuery(sql)
        .execute(Tuple.of(at(at)))
        .map(
            rows -> {
              List<String> ids = new ArrayList<>();
              rows.forEach(row -> ids.add(row.getString(0)));
              return ids;
            });
  }

  private Order told(Order order) {
    wake.run();
    return order;
  }

  private static OffsetDateTime at(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}
