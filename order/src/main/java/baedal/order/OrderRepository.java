package baedal.order;

import baedal.events.Change;
import baedal.events.EventMessage;
import baedal.events.OrderDetails;
import baedal.postgres.IdempotencyKeyCleanup;
import baedal.postgres.IdempotentInsert;
import baedal.postgres.PgAggregates;
import baedal.postgres.PgDatabase;
import baedal.runtime.IdempotencyKey;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Stores orders in PostgreSQL. One statement writes a change and its events. Concurrent changes of
 * one order are applied one after the other, by an optimistic lock.
 */
final class OrderRepository {

  /**
   * The maximum number of unpaid orders, and also of served orders, that one run of {@link
   * OrderTimers} processes.
   */
  static final int TIMER_BATCH = 100;

  private static final String INSERT =
      """
      INSERT INTO orders (id, status, revision, sequence, changed_at, body, customer_id, store_id, expires_at)
      VALUES ($1, $2, 1, $3, $4, $5::text::jsonb, $11, $12, $13) RETURNING id
      """;
  private static final String LIST =
      """
      SELECT body::text FROM orders
       WHERE customer_id = $1 AND ($2::text IS NULL OR status = $2) AND ($3::text IS NULL OR id < $3)
       ORDER BY id DESC LIMIT $4
      """;
  private static final String OVERDUE =
      """
      SELECT body::text FROM orders WHERE status = 'PLACED' AND expires_at <= $1 AND (expires_at, id) > ($2, $3)
       ORDER BY expires_at, id LIMIT
      """
          + TIMER_BATCH;
  private static final String SERVED =
      """
      SELECT body::text FROM orders
       WHERE changed_at <= $1 AND status IN ('DELIVERED', 'COOKED')
         AND (status = 'DELIVERED'
              OR body #>> '{details,fulfilment}' = 'VISIT' AND coalesce(body #>> '{details,to}', '') <= $2)
       ORDER BY changed_at LIMIT
      """
          + TIMER_BATCH;
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

  private final PgAggregates<Order> orders;
  private final IdempotentInsert<Order> insert;
  private final IdempotencyKeyCleanup keyCleanup;

  OrderRepository(SqlClient pool, Runnable wake) {
    keyCleanup = new IdempotencyKeyCleanup(pool);
    orders = new PgAggregates<>(pool, "orders", Order.class, SHAPE, wake);
    insert = IdempotentInsert.answeredAtOnce(pool, orders, Order.class, INSERT);
  }

  /**
   * Runs {@code work} with a repository whose changes are rolled back when it has ended. The
   * warm-up uses it.
   */
  static Future<Void> rollBack(PgDatabase postgres, Function<OrderRepository, Future<?>> work) {
    return postgres.rollBack(connection -> work.apply(new OrderRepository(connection, () -> {})));
  }

  /** Inserts a new order and its event. */
  Future<Order> place(Change<Order> placed) {
    return insert.insert(placed, columns(placed.state()), null).map(placed.state());
  }

  /**
   * As {@link #place}, but at most once for each key. The same key with the same body returns the
   * order as it was first placed. The same key with another body is refused. A concurrent request
   * with the same key waits until the first request has ended.
   */
  Future<Order> placeOnce(Change<Order> placed, IdempotencyKey key) {
    return insert.insertOrFind(placed, columns(placed.state()), key);
  }

  /**
   * The order as it was first placed with this key; empty if the key was not used. Refuses a
   * request with this key and another body.
   */
  Future<Optional<Order>> findByKey(IdempotencyKey key) {
    return insert.find(key).map(found -> found.map(IdempotentInsert.Keyed::state));
  }

  private static Tuple columns(Order order) {
    OrderDetails details = order.details();
    return Tuple.of(details.customerId(), details.storeId(), utc(details.expiresAt()));
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

  /** Applies a transition that a client or a timer requests. */
  Future<Order> change(String id, Function<Order, Change<Order>> transition) {
    return orders.change(id, transition);
  }

  /**
   * Applies the transition that an event causes, exactly once, even if the same message arrives
   * again.
   */
  Future<Order> change(EventMessage message, Function<Order, Change<Order>> transition) {
    return orders.change(message.subject(), message, transition);
  }

  /**
   * At most {@link #TIMER_BATCH} unpaid orders that were not paid in time, earliest {@code
   * expiresAt} first. {@code after} is the last order of the previous call; null begins with the
   * earliest {@code expiresAt}.
   */
  Future<List<Order>> unpaidOverdue(Instant now, Order after) {
    Instant since = after == null ? Instant.EPOCH : after.details().expiresAt();
    String id = after == null ? "" : after.id();
    return orders.select(OVERDUE, Tuple.of(utc(now), utc(since), id));
  }

  /**
   * At most {@link #TIMER_BATCH} orders that were served before {@code then} and that the customer
   * has not confirmed.
   */
  Future<List<Order>> servedBefore(Instant then) {
    return orders.select(SERVED, Tuple.of(utc(then), then.toString()));
  }

  /** Deletes idempotency keys that are older than a day. */
  Future<Void> deleteOldKeys(Instant now) {
    return keyCleanup.deleteExpired(now);
  }

  private static OffsetDateTime utc(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}
