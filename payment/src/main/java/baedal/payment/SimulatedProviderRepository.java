package baedal.payment;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.util.Optional;

/** Stores the charges of the simulated provider in PostgreSQL. */
final class SimulatedProviderRepository {

  private static final String CHARGE =
      """
      INSERT INTO simulator_charge (payment_id, amount, approved) VALUES ($1, $2, $3)
      ON CONFLICT (payment_id) DO UPDATE SET payment_id = excluded.payment_id RETURNING approved
      """;
  private static final String APPROVED =
      "SELECT approved FROM simulator_charge WHERE payment_id = $1";
  private static final String REFUND =
      """
      UPDATE simulator_charge
         SET refunded = true,
             refunded_amount = CASE WHEN refunded THEN coalesce(refunded_amount, amount) ELSE $2::bigint END
       WHERE payment_id = $1 AND approved AND $2::bigint BETWEEN 1 AND amount
       RETURNING refunded_amount
      """;

  private final SqlClient pool;

  SimulatedProviderRepository(SqlClient pool) {
    this.pool = pool;
  }

  /**
   * Stores a charge, and returns whether it is approved. The first call for a payment decides this;
   * a later call does not change it.
   */
  Future<Boolean> charge(String paymentId, long amount, boolean approved) {
    return pool.preparedQuery(CHARGE)
        .execute(Tuple.of(paymentId, amount, approved))
        .map(rows -> rows.iterator().next().getBoolean(0));
  }

  /** Whether a charge was approved; empty when it does not exist. */
  Future<Optional<Boolean>> approved(String paymentId) {
    return pool.preparedQuery(APPROVED)
        .execute(Tuple.of(paymentId))
        .map(
            rows ->
                rows.size() == 0
                    ? Optional.empty()
                    : Optional.of(rows.iterator().next().getBoolean(0)));
  }

  /**
   * Stores a refund of {@code amount} won. The first call for a payment decides the amount. Returns
   * false when there is no approved charge of so much, or another amount was refunded before.
   */
  Future<Boolean> refund(String paymentId, long amount) {
    return pool.preparedQuery(REFUND)
        .execute(Tuple.of(paymentId, amount))
        .map(rows -> rows.size() > 0 && rows.iterator().next().getLong(0) == amount);
  }
}
