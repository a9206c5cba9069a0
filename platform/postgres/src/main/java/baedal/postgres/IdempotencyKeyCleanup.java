package baedal.postgres;

import baedal.runtime.IdempotencyKey;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;

/**
 * Deletes idempotency keys with their answers when they are a day old. {@code order} and {@code
 * payment} run it periodically.
 */
public final class IdempotencyKeyCleanup {

  private static final int BATCH = 1_000;

  private static final String DELETE =
      """
      DELETE FROM idempotency WHERE (caller, key) IN (
        SELECT caller, key FROM idempotency WHERE made_at <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED)
      """;

  private final SqlClient pool;

  public IdempotencyKeyCleanup(SqlClient pool) {
    this.pool = pool;
  }

  /** Deletes at most 1,000 expired keys. */
  public Future<Void> deleteExpired(Instant now) {
    return pool.preparedQuery(DELETE)
        .execute(Tuple.of(now.minus(IdempotencyKey.KEPT).atOffset(ZoneOffset.UTC), BATCH))
        .mapEmpty();
  }
}
