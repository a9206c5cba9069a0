package baedal.payment;

import baedal.events.Change;
import baedal.events.EventMessage;
import baedal.postgres.IdempotencyKeyCleanup;
import baedal.postgres.PgAggregates;
import baedal.postgres.PgOutbox;
import baedal.runtime.IdempotencyKey;
import baedal.runtime.Json;
import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Payments in PostgreSQL; an index allows one open or settled payment an order. */
final class PaymentRepository {

  private static final String OPEN =
      """
      WITH changed AS (
        INSERT INTO payments (id, status, revision, sequence, changed_at, body, order_id, customer_id)
        VALUES ($1, $2, 1, $3, $4, $5::text::jsonb, $8, $9) ON CONFLICT DO NOTHING RETURNING id),
      keyed AS (
        INSERT INTO idempotency (caller, key, body_hash, payment_id)
        SELECT $10, $11, $12, id FROM changed WHERE $11::text IS NOT NULL),
      told AS (
      """
          + PgOutbox.append(6, "changed")
          + ") SELECT id FROM changed";
  private static final String ANSWERED =
      """
      SELECT k.body_hash, coalesce(k.answer, p.body)::text, k.answer IS NOT NULL
        FROM idempotency k JOIN payments p ON p.id = k.payment_id WHERE k.caller = $1 AND k.key = $2
      """;
  private static final String ANSWER =
      """
      INSERT INTO idempotency AS k (caller, key, body_hash, payment_id, answer)
      VALUES ($1, $2, $3, $4, $5::text::jsonb)
      ON CONFLICT (caller, key) DO UPDATE
        SET answer = CASE WHEN k.body_hash = excluded.body_hash THEN coalesce(k.answer, excluded.answer) ELSE k.answer END
      RETURNING body_hash, answer::text
      """;

  /**
   * How a charge ends for which somebody waits is, in the same statement, the answer of the keys
   * that led to it.
   */
  private static final String ANSWER_ALONG =
      """
      UPDATE idempotency SET answer = $6::text::jsonb
       WHERE payment_id = $1 AND answer IS NULL AND EXISTS (SELECT 1 FROM changed)
      """;

  private static final String FORGET =
      "DELETE FROM idempotency WHERE caller = $1 AND key = $2 AND payment_id = $3 AND answer IS NULL";
  private static final String UNIQUE_VIOLATION = "23505";
  private static final String OCCUPYING =
      """
      SELECT body::text FROM payments
       WHERE order_id = $1 AND status IN ('CHARGING', 'PAID', 'DEFERRED', 'REFUNDING')
      """;
  private static final String OF_ORDER =
      """
      SELECT body::text FROM payments WHERE order_id = $1 AND customer_id = $2 AND ($3::text IS NULL OR id > $3)
       ORDER BY id LIMIT $4
      """;
  private static final String STANDING =
      """
      SELECT order_id FROM payments
       WHERE order_id = ANY($1) AND status IN ('CHARGING', 'PAID', 'DEFERRED')
      """;
  private static final String STUCK =
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

  private final Pool pool;
  private final PgAggregates<Payment> payments;
  private final PgAggregates<Payment> answering;
  private final IdempotencyKeyCleanup memory;

  PaymentRepository(Pool pool, Runnable wake) {
    this.pool = pool;
    memory = new IdempotencyKeyCleanup(pool);
    payments = new PgAggregates<>(pool, "payments", Payment.class, SHAPE, wake);
    answering = new PgAggregates<>(pool, "payments", Payment.class, SHAPE, wake, ANSWER_ALONG);
  }

  /** The payment that a key led to: as it was {@code answered} first, or else as it is now. */
  record Led(Payment payment, boolean answered) {}

  /** Where this key led to. Refuses another body under the same key. */
  Future<Optional<Led>> led(IdempotencyKey key) {
    return pool.preparedQuery(ANSWERED)
        .execute(Tuple.of(key.caller(), key.key()))
        .map(
            rows -> {
              if (rows.size() == 0) {
                return Optional.empty();
              }
              Row row = rows.iterator().next();
              key.sameAs(row.getString(0));
              return Optional.of(
                  new Led(Json.decode(row.getString(1), Payment.class), row.getBoolean(2)));
            });
  }

  /** Keeps the first answer under the key, and gives that. */
  Future<Payment> answer(IdempotencyKey key, Payment payment) {
    return pool.preparedQuery(ANSWER)
        .execute(
            Tuple.of(key.caller(), key.key(), key.bodyHash(), payment.id(), Json.encode(payment)))
        .map(
            rows -> {
              Row row = rows.iterator().next();
              key.sameAs(row.getString(0));
              return Json.decode(row.getString(1), Payment.class);
            });
  }

  /** The key leads to this payment no more, unless somebody was answered under it. */
  Future<Void> forget(IdempotencyKey key, String paymentId) {
    return pool.preparedQuery(FORGET)
        .execute(Tuple.of(key.caller(), key.key(), paymentId))
        .mapEmpty();
  }

  /** What need not be remembered any longer. */
  Future<Void> forget(Instant now) {
    return memory.forget(now);
  }

  /**
   * False when the order has an open or settled payment already. {@code key}, which may be null,
   * leads to it from now on.
   */
  Future<Boolean> open(Change<Payment> opened, IdempotencyKey key) {
    Tuple tuple =
        payments
            .inserted(opened)
            .addString(opened.state().orderId())
            .addString(opened.state().customerId())
            .addString(key == null ? null : key.caller())
            .addString(key == null ? null : key.key())
            .addString(key == null ? null : key.bodyHash());
    return pool.preparedQuery(OPEN)
        .execute(tuple)
        .map(
            rows -> {
              payments.told(opened.state());
              return rows.size() > 0;
            })
        .recover(e -> isDuplicate(e) ? Future.succeededFuture(false) : Future.failedFuture(e));
  }

  /** The key was used for something else in this very moment. */
  private static boolean isDuplicate(Throwable e) {
    return e instanceof PgException pg && UNIQUE_VIOLATION.equals(pg.getSqlState());
  }

  /** The open or settled payment of an order. */
  Future<Optional<Payment>> occupying(String orderId) {
    return payments.select(OCCUPYING, Tuple.of(orderId)).map(found -> found.stream().findFirst());
  }

  /**
   * A customer's payments of an order, oldest first, after the id {@code after} (null at first).
   */
  Future<List<Payment>> ofOrder(String orderId, String customerId, String after, int limit) {
    return payments.select(OF_ORDER, Tuple.of(orderId, customerId, after, limit));
  }

  /** Those of these orders that somebody is paying, has paid, or promised to pay. */
  Future<List<String>> standing(List<String> orderIds) {
    return pool.preparedQuery(STANDING)
        .execute(Tuple.tuple().addArrayOfString(orderIds.toArray(String[]::new)))
        .map(rows -> rows.stream().map(row -> row.getString(0)).toList());
  }

  /**
   * Some of the payments that have been in this state since before {@code since}: drawn by lot, so
   * that those which cannot be settled do not stand before the others for ever.
   */
  Future<List<Payment>> stuck(PaymentStatus status, Instant since) {
    return payments.select(STUCK, Tuple.of(status.name(), since.atOffset(ZoneOffset.UTC)));
  }

  /**
   * As {@link #changeAsAnswer} when it is {@code heard}, else as {@link #change}, of what {@link
   * #open} wrote and hardly anybody changed since.
   */
  Future<Payment> changeOpened(
      Change<Payment> opened, boolean heard, Function<Payment, Change<Payment>> transition) {
    return (heard ? answering : payments).changeInserted(opened, transition);
  }

  /** The state after the change is what the keys that led to the payment are answered. */
  Future<Payment> changeAsAnswer(String id, Function<Payment, Change<Payment>> transition) {
    return answering.change(id, transition);
  }

  Future<Payment> change(String id, Function<Payment, Change<Payment>> transition) {
    return payments.change(id, transition);
  }

  /** Applies what an event says, exactly once for each message. */
  Future<Payment> change(
      String id, EventMessage message, Function<Payment, Change<Payment>> transition) {
    return payments.change(id, message, transition);
  }
}
