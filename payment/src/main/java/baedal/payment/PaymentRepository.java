package baedal.payment;

import baedal.events.Change;
import baedal.events.EventMessage;
import baedal.rabbitmq.PgAggregates;
import baedal.rabbitmq.PgOutbox;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
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
      told AS (
      """
          + PgOutbox.append(6, "changed")
          + ") SELECT id FROM changed";
  private static final String OCCUPYING =
      """
      SELECT body::text FROM payments
       WHERE order_id = $1 AND status IN ('CHARGING', 'PAID', 'DEFERRED', 'REFUNDING')
      """;
  private static final String OF_ORDER =
      "SELECT body::text FROM payments WHERE order_id = $1 AND customer_id = $2 ORDER BY id LIMIT 100";
  private static final String STUCK =
      "SELECT body::text FROM payments WHERE status = $1 AND changed_at < $2 ORDER BY changed_at LIMIT 100";

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

  PaymentRepository(Pool pool, Runnable wake) {
    this.pool = pool;
    payments = new PgAggregates<>(pool, "payments", Payment.class, SHAPE, wake);
  }

  /** False when the order has an open or settled payment already. */
  Future<Boolean> open(Change<Payment> opened) {
    Tuple tuple =
        payments
            .inserted(opened)
            .addString(opened.state().orderId())
            .addString(opened.state().customerId());
    return pool.preparedQuery(OPEN)
        .execute(tuple)
        .map(
            rows -> {
              payments.told(opened.state());
              return rows.size() > 0;
            });
  }

  /** The open or settled payment of an order. */
  Future<Optional<Payment>> occupying(String orderId) {
    return payments.select(OCCUPYING, Tuple.of(orderId)).map(found -> found.stream().findFirst());
  }

  Future<List<Payment>> ofOrder(String orderId, String customerId) {
    return payments.select(OF_ORDER, Tuple.of(orderId, customerId));
  }

  /** Payments that have been in this state since before {@code since}. */
  Future<List<Payment>> stuck(PaymentStatus status, Instant since) {
    return payments.select(STUCK, Tuple.of(status.name(), since.atOffset(ZoneOffset.UTC)));
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
