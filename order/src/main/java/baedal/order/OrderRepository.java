package baedal.order;

import baedal.events.Change;
import baedal.events.EventMessage;
import baedal.postgres.IdempotencyKeyCleanup;
import baedal.postgres.PgAggregates;
import baedal.postgres.PgOutbox;
import baedal.runtime.IdempotencyKey;
import baedal.runtime.Json;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Orders in PostgreSQL: each change and its events are one statement, and the database decides
 * races.
 */
final class OrderRepository {

  /** Of so many at most each look of the timers is. */
  static final int SWEEP = 100;

  private static final String PLACE =
      """
      WITH changed AS (
        INSERT INTO orders (id, status, revision, sequence, changed_at, body, customer_id, store_id, expires_at)
        VALUES ($1, $2, 1, $3, $4, $5::text::jsonb, $8, $9, $10) RETURNING id)
      """
          + PgOutbox.append(6, "changed");
  private static final String PLACE_ONCE =
      """
      WITH claimed AS (
        INSERT INTO idempotency (caller, key, body_hash, answer) VALUES ($8, $11, $12, $5::text::jsonb)
        ON CONFLICT DO NOTHING RETURNING key),
      changed AS (
        INSERT INTO orders (id, status, revision, sequence, changed_at, body, customer_id, store_id, expires_at)
        SELECT $1, $2, 1, $3, $4, $5::text::jsonb, $8, $9, $10 FROM claimed RETURNING id)
      """
          + PgOutbox.append(6, "changed");
  private static final String ANSWERED =
      "SELECT body_hash, answer::text FROM idempotency WHERE caller = $1 AND key = $2";
  private static final String LIST =
      """
      SELECT body::text FROM orders
       WHERE customer_id = $1 AND ($2::text IS NULL OR status = $2) AND ($3::text IS NULL OR id < $3)
       ORDER BY id DESC LIMIT $4
      """;
  private static final String UNPAID =
      """
      SELECT body::text FROM orders WHERE status = 'PLACED' AND expires_at <= $1 AND (expires_at, id) > ($2, $3)
       ORDER BY expires_at, id LIMIT
      """
          + SWEEP;
  private static final String SERVED =
      """
      SELECT body::text FROM orders
       WHERE changed_at <= $1 AND status IN ('DELIVERED', 'COOKED')
         AND (status = 'DELIVERED'
              OR body #>> '{details,fulfilment}' = 'VISIT' AND coalesce(body #>> '{details,to}', '') <= $2)
       ORDER BY changed_at LIMIT
      """
          + SWEEP;
  private static final PgAggregates.Shape<Order> SHAPE =
      new PgAggregates.Shape<>() {
        @Override
        public String id(Order order) {
          return order.id();
        }

        @Override
        public String status(Order order) {
          return order.status().name();
        }

        @Override
        public Instant changedAt(Order order) {
          return order.changedAt();
        }
      };

  private final Pool pool;
  private final PgAggregates<Order> orders;
  private final IdempotencyKeyCleanup memory;

  OrderRepository(Pool pool, Runnable wake) {
    this.pool = pool;
    memory = new IdempotencyKeyCleanup(pool);
    orders = new PgAggregates<>(pool, "orders", Order.class, SHAPE, wake);
  }

  /** One round trip for the order and its event. */
  Future<Order> place(Change<Order> placed) {
    return pool.preparedQuery(PLACE)
        .execute(inserted(placed))
        .map(done -> orders.told(placed.state()));
  }

  /**
   * As {@link #place}, once a key: the same key with the same body gives the order as it was placed
   * the first time, also while that is still going on.
   */
  Future<Order> placeOnce(Change<Order> placed, IdempotencyKey key) {
    Tuple tuple = inserted(placed).addString(key.key()).addString(key.bodyHash());
    return pool.preparedQuery(PLACE_ONCE)
        .execute(tuple)
        .compose(
            done ->
                done.rowCount() > 0
                    ? Future.succeededFuture(orders.told(placed.state()))
                    : answered(key)
                        .compose(
                            first ->
                                first.isPresent()
                                    ? Future.succeededFuture(first.get())
                                    : placeOnce(placed, key)));
  }

  private Tuple inserted(Change<Order> placed) {
    Order order = placed.state();
    return orders
        .inserted(placed)
        .addString(order.details().customerId())
        .addString(order.details().storeId())
        .addOffsetDateTime(at(order.details().expiresAt()));
  }

  /** The order as this key placed it; refuses another body under the same key. */
  Future<Optional<Order>> answered(IdempotencyKey key) {
    return pool.preparedQuery(ANSWERED)
        .execute(Tuple.of(key.caller(), key.key()))
        .map(
            rows -> {
              if (rows.size() == 0) {
                return Optional.empty();
              }
              Row row = rows.iterator().next();
              key.sameAs(row.getString(0));
              return Optional.of(Json.decode(row.getString(1), Order.class));
            });
  }

  Future<Order> find(String id) {
    return orders.find(id);
  }

  /**
   * The customer's orders, newest first; {@code status} and {@code before} (an order id) may be
   * null.
   */
  Future<List<Order>> list(String customerId, String status, String before, int limit) {
    return orders.select(LIST, Tuple.of(customerId, status, before, limit));
  }

  /** Applies a transition that a client or a timer asks for. */
  Future<Order> change(String id, Function<Order, Change<Order>> transition) {
    return orders.change(id, transition);
  }

  /** Applies what an event says to its order, exactly once for each message. */
  Future<Order> change(EventMessage message, Function<Order, Change<Order>> transition) {
    return orders.change(message.subject(), message, transition);
  }

  /**
   * The next {@link #SWEEP} of those that we do not know to be paid in time, the oldest first; from
   * the first on when {@code after} is null.
   */
  Future<List<Order>> unpaidAt(Instant now, Order after) {
    Instant since = after == null ? Instant.EPOCH : after.details().expiresAt();
    String id = after == null ? "" : after.id();
    return orders.select(UNPAID, Tuple.of(at(now), at(since), id));
  }

  /** Some of those that the customer has had since {@code then} and not confirmed. */
  Future<List<Order>> servedBefore(Instant then) {
    return orders.select(SERVED, Tuple.of(at(then), then.toString()));
  }

  /** What need not be remembered any longer. */
  Future<Void> forget(Instant now) {
    return memory.forget(now);
  }

  private static OffsetDateTime at(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}
