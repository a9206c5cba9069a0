package baedal.postgres;

import baedal.runtime.IdempotencyKey;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;

/** Forgets answers under idempotency keys that are a day old, a thousand at a time. */
public final class IdempotencyKeyCleanup {

  private static final int AT_ONCE = 1_000;

  private static final String KEYS =
      """
      DELETE FROM idempotency WHERE (caller, key) IN (
        SELECT caller, key FROM idempotency WHERE made_at <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED)
      """;

  private final Pool pool;

  public IdempotencyKeyCleanup(Pool pool) {
    this.pool = pool;
  }

  public Future<Void> forget(Instant now) {
    return pool.preparedQuery(KEYS)
        .execute(Tuple.of(now.minus(IdempotencyKey.KEPT).atOffset(ZoneOffset.UTC), AT_ONCE))
        .mapEmpty();
  }
}
