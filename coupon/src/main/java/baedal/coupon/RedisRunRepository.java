package baedal.coupon;

import baedal.runtime.Refusal;
import io.vertx.core.Future;
import io.vertx.redis.client.RedisAPI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

/**
 * Knows whether the present run of Redis has all coupons. A run is one process of Redis, from its
 * start to its end. {@link RedisRecovery} checks each run, and restores the coupons that it lost.
 */
final class RedisRunRepository {

  private static final String RUN = CouponRepository.PREFIX + ":run";

  private final RedisAPI redis;

  /** The run that is known to have all coupons; null until a check has found all coupons. */
  private volatile String completeRun;

  RedisRunRepository(RedisAPI redis) {
    this.redis = redis;
  }

  /**
   * The ids of two runs of Redis. {@code present} is the run that responds now. {@code complete} is
   * the last run in which a check found all coupons, at {@code completeAt}. {@code complete} and
   * {@code completeAt} are null in an empty Redis.
   */
  record Runs(String present, String complete, Instant completeAt) {}

  Future<Runs> find() {
    return present()
        .compose(
            present ->
                redis
                    .hmget(List.of(RUN, "id", "at"))
                    .map(
                        found ->
                            found.get(0) == null
                                ? new Runs(present, null, null)
                                : new Runs(
                                    present,
                                    found.get(0).toString(),
                                    Instant.parse(found.get(1).toString()))));
  }

  /** The id of the Redis process, which is new after each start. */
  Future<String> present() {
    return redis
        .info(List.of("server"))
        .map(
            info ->
                info.toString()
                    .lines()
                    .filter(line -> line.startsWith("run_id:"))
                    .map(line -> line.substring("run_id:".length()).strip())
                    .findFirst()
                    .orElseThrow());
  }

  /** Records that Redis had all coupons at this time, in the run with this id. */
  Future<Void> storeComplete(String run, Instant at) {
    return redis
        .hset(List.of(RUN, "id", run, "at", at.toString()))
        .onSuccess(v -> completeRun = run)
        .mapEmpty();
  }

  /**
   * Runs {@code work} if all coupons are restored; otherwise refuses the request as unavailable.
   */
  <T> Future<T> whenComplete(Supplier<Future<T>> work) {
    return present()
        .compose(
            run ->
                run.equals(completeRun)
                    ? work.get()
                    : Future.failedFuture(
                        Refusal.unavailable(
                            "coupons-unavailable",
                            "coupons are being restored after a restart of the database: "
                                + Refusal.RETRY_LATER,
                            Duration.ofSeconds(2))));
  }

  /** Succeeds if all coupons are restored. */
  Future<?> complete() {
    return whenComplete(Future::succeededFuture);
  }
}
