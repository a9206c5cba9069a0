package baedal.postgres;

import baedal.runtime.IdempotencyKey;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;

/** Deletes idempotency keys, and the answers kept under them, when they are a day old. */
public final class IdempotencyKeyCleanup {

  private static final int BATCH = 1_000;

  private static final String DELETE =
      """
      DELETE FROM idempotency WHERE (caller, key) IN (
        SELECT caller, key FROM idempotency WHERE made_at <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED)
      """;

  private final Pool pool;

  public IdempotencyKeyCleanup(Pool pool) {
    this.pool = pool;
  }

  /** Deletes a thousand expired keys at most. */
  public Future<Void> deleteExpired(Instant now) {
    return pool.preparedQuery(DELETE)
        .execute(Tuple.of(now.minus(IdempotencyKey.KEPT).atOffset(ZoneOffset.UTC), BATCH))
        .mapEmpty();
  }
}
