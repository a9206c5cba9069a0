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
      "UPDATE simulator_charge SET refunded = true WHERE payment_id = $1 AND approved RETURNING payment_id";

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

  /** Stores a refund. Returns false when there is no approved charge. */
  Future<Boolean> refund(String paymentId) {
    return pool.preparedQuery(REFUND).execute(Tuple.of(paymentId)).map(rows -> rows.size() > 0);
  }
}
