package baedal.payment;

import baedal.events.Change;
import baedal.events.EventMessage;
import baedal.postgres.IdempotencyKeyCleanup;
import baedal.postgres.IdempotentInsert;
import baedal.postgres.PgAggregates;
import baedal.postgres.PgDatabase;
import baedal.runtime.IdempotencyKey;
import baedal.runtime.Json;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Stores payments in PostgreSQL. A unique index allows each order at most one active payment. */
final class PaymentRepository {

  private static final String INSERT =
      """
      INSERT INTO payments (id, status, revision, sequence, changed_at, body, order_id, customer_id)
      VALUES ($1, $2, 1, $3, $4, $5::text::jsonb, $11, $12) ON CONFLICT DO NOTHING RETURNING id
      """;
  private static final String KEEP_ANSWER =
      """
      INSERT INTO idempotency AS k (caller, key, body_hash, payment_id, answer)
      VALUES ($1, $2, $3, $4, $5::text::jsonb)
      ON CONFLICT (caller, key) DO UPDATE
        SET answer = CASE WHEN k.body_hash = excluded.body_hash THEN coalesce(k.answer, excluded.answer) ELSE k.answer END
      RETURNING body_hash, answer::text
      """;

  /**
   * Added to the SQL that changes a payment: stores the changed payment as the answer of its
   * idempotency keys that have no answer.
   */
  private static final String ANSWER_KEYS =
      """
      UPDATE idempotency SET answer = $6::text::jsonb
       WHERE payment_id = $1 AND answer IS NULL AND EXISTS (SELECT 1 FROM changed)
      """;

  private static final String RELEASE_KEY =
      "DELETE FROM idempotency WHERE caller = $1 AND key = $2 AND payment_id = $3 AND answer IS NULL";
  private static final String FIND_ACTIVE =
      """
      SELECT body::text FROM payments
       WHERE order_id = $1 AND status IN ('CHARGING', 'PAID', 'DEFERRED', 'REFUNDING')
      """;
  private static final String OF_ORDER =
      """
      SELECT body::text FROM payments WHERE order_id = $1 AND customer_id = $2 AND ($3::text IS NULL OR id > $3)
       ORDER BY id LIMIT $4
      """;
  private static final String ORDERS_WITH_PAYMENT =
      """
      SELECT order_id FROM payments
       WHERE order_id = ANY($1) AND status IN ('CHARGING', 'PAID', 'DEFERRED')
      """;
  private static final String UNFINISHED =
      "SELECT body::text FROM payments WHERE status = $1 AND changed_at < $2 ORDER BY random() LIMIT 100";

  private static final PgAggregates.Shape<Payment> SHAPE =
      new PgAggregates.Shape<>() {
        @Override
        public String id(Payment payment) {
          return payment.id();
        }

        @Override
        public String status(Payment payment) {
          return payment.status().name();
        }

        @Override
        public Instant changedAt(Payment payment) {
          return payment.changedAt();
        }
      };

  private final SqlClient pool;
  private final PgAggregates<Payment> payments;
  private final PgAggregates<Payment> answeringPayments;
  private final IdempotentInsert<Payment> insert;
  private final IdempotencyKeyCleanup keyCleanup;

  PaymentRepository(SqlClient pool, Runnable wake) {
    this.pool = pool;
    keyCleanup = new IdempotencyKeyCleanup(pool);
    payments = new PgAggregates<>(pool, "payments", Payment.class, SHAPE, wake);
    insert =
        IdempotentInsert.answeredLater(
            pool, payments, Payment.class, INSERT, "payments", "payment_id");
    answeringPayments =
        new PgAggregates<>(pool, "payments", Payment.class, SHAPE, wake, ANSWER_KEYS);
  }

  /**
   * The payment of an idempotency key. {@code payment} is the stored answer if the key is {@code
   * answered}, otherwise the current payment.
   */
  record KeyedPayment(Payment payment, boolean answered) {}

  /**
   * Runs {@code work} with repositories whose changes are rolled back when it has ended. The
   * warm-up uses it.
   */
  static Future<Void> rollBack(
      PgDatabase postgres,
      BiFunction<PaymentRepository, SimulatedProviderRepository, Future<?>> work) {
    return postgres.rollBack(
        connection ->
            work.apply(
                new PaymentRepository(connection, () -> {}),
                new SimulatedProviderRepository(connection)));
  }

  /** Finds the payment of a key. Refuses a key that was used with another request body. */
  Future<Optional<KeyedPayment>> findByKey(IdempotencyKey key) {
    return insert
        .find(key)
        .map(found -> found.map(keyed -> new KeyedPayment(keyed.state(), keyed.answered())));
  }

  /**
   * Stores the payment as the answer of the key, unless the key has an answer. Returns the stored
   * answer.
   */
  Future<Payment> keepAnswer(IdempotencyKey key, Payment payment) {
    return pool.preparedQuery(KEEP_ANSWER)
        .execute(
            Tuple.of(key.caller(), key.key(), key.bodyHash(), payment.id(), Json.encode(payment)))
        .map(
            rows -> {
              Row row = rows.iterator().next();
              key.sameAs(row.getString(0));
              return Json.decode(row.getString(1), Payment.class);
            });
  }

  /** Deletes a key that has no answer, so that another payment can use it. */
  Future<Void> releaseKey(IdempotencyKey key, String paymentId) {
    return pool.preparedQuery(RELEASE_KEY)
        .execute(Tuple.of(key.caller(), key.key(), paymentId))
        .mapEmpty();
  }

  /** Deletes keys that are older than {@link IdempotencyKey#KEPT}. */
  Future<Void> deleteOldKeys(Instant now) {
    return keyCleanup.deleteExpired(now);
  }

  /**
   * Inserts a new payment with its events and its key, which may be null. Inserts nothing and
   * returns false if the order has an active payment, or the key was used before.
   */
  Future<Boolean> insert(Change<Payment> opened, IdempotencyKey key) {
    Payment payment = opened.state();
    return insert.insert(opened, Tuple.of(payment.orderId(), payment.customerId()), key);
  }

  /** The order's active payment: CHARGING, PAID, DEFERRED or REFUNDING. */
  Future<Optional<Payment>> findActive(String orderId) {
    return payments.select(FIND_ACTIVE, Tuple.of(orderId)).map(found -> found.stream().findFirst());
  }

  /**
   * A customer's payments of an order, oldest first, after the payment id {@code after} (null for
   * the first page).
   */
  Future<List<Payment>> ofOrder(String orderId, String customerId, String after, int limit) {
    return payments.select(OF_ORDER, Tuple.of(orderId, customerId, after, limit));
  }

  /**
   * The orders among {@code orderIds} that are being paid, are paid, or will be paid on delivery.
   */
  Future<List<String>> ordersWithPayment(List<String> orderIds) {
    return pool.preparedQuery(ORDERS_WITH_PAYMENT)
        .execute(Tuple.tuple().addArrayOfString(orderIds.toArray(String[]::new)))
        .map(rows -> rows.stream().map(row -> row.getString(0)).toList());
  }

  /**
   * At most 100 payments that have had this status since before {@code since}. They are chosen at
   * random, so that payments that cannot be finished do not block the others.
   */
  Future<List<Payment>> unfinished(PaymentStatus status, Instant since) {
    return payments.select(UNFINISHED, Tuple.of(status.name(), since.atOffset(ZoneOffset.UTC)));
  }

  /**
   * Changes a payment that {@link #insert} has just written, without reading it first. With {@code
   * asAnswer}, also stores the payment as the answer of its keys, like {@link #changeAsAnswer}.
   */
  Future<Payment> changeInserted(
      Change<Payment> inserted, boolean asAnswer, Function<Payment, Change<Payment>> transition) {
    return (asAnswer ? answeringPayments : payments).changeInserted(inserted, transition);
  }

  /** Changes a payment, and stores it as the answer of its idempotency keys that have no answer. */
  Future<Payment> changeAsAnswer(String id, Function<Payment, Change<Payment>> transition) {
    return answeringPayments.change(id, transition);
  }

  Future<Payment> change(String id, Function<Payment, Change<Payment>> transition) {
    return payments.change(id, transition);
  }

  /**
   * Applies the transition that an event causes, exactly once, even if the same message arrives
   * again.
   */
  Future<Payment> change(
      String id, EventMessage message, Function<Payment, Change<Payment>> transition) {
    return payments.change(id, message, transition);
  }
}
