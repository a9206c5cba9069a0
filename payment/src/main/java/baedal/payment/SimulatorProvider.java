package baedal.payment;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A payment provider for one machine: approves and declines by test card, as slow and unreliable as
 * its knobs say. It remembers its charges in a table of its own, so that it can be asked after a
 * crash.
 */
final class SimulatorProvider implements PaymentProvider {

  private static final String DECLINED_CARD = "4000000000000002";
  private static final String SLOW_CARD = "4000000000000259";

  /** Longer than the gateway's breaker waits. */
  private static final Duration SLOW = Duration.ofMillis(1_500);

  private static final String CHARGE =
      "INSERT INTO simulator_charge (payment_id, amount, approved) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
  private static final String LOOKUP =
      "SELECT approved FROM simulator_charge WHERE payment_id = $1";
  private static final String REFUND =
      "UPDATE simulator_charge SET refunded = true WHERE payment_id = $1 AND approved RETURNING payment_id";

  /**
   * Latency in milliseconds, drawn evenly from {@code [low, high]}; share of calls that fail;
   * whether none answers.
   */
  record Knobs(List<Integer> latencyMs, double failureRate, boolean hang) {
    static final Knobs FAST = new Knobs(List.of(0, 0), 0, false);

    Knobs {
      latencyMs = latencyMs == null ? List.of(0, 0) : List.copyOf(latencyMs);
    }
  }

  private final Vertx vertx;
  private final Pool pool;
  private volatile Knobs knobs = Knobs.FAST;

  SimulatorProvider(Vertx vertx, Pool pool) {
    this.vertx = vertx;
    this.pool = pool;
  }

  void turn(Knobs to) {
    knobs = to;
  }

  @Override
  public Future<Outcome> charge(String paymentId, long amount, String method, String card) {
    Knobs now = knobs;
    if (ThreadLocalRandom.current().nextDouble() < now.failureRate()) {
      return after(latency(now))
          .compose(v -> Future.failedFuture(new IOException("the provider failed")));
    }
    boolean approved = !DECLINED_CARD.equals(card);
    Duration latency = SLOW_CARD.equals(card) ? SLOW : latency(now);
    return pool.preparedQuery(CHARGE)
        .execute(Tuple.of(paymentId, amount, approved))
        .compose(v -> now.hang() ? Promise.<Void>promise().future() : after(latency))
        .compose(v -> lookup(paymentId));
  }

  @Override
  public Future<Outcome> lookup(String paymentId) {
    return pool.preparedQuery(LOOKUP).execute(Tuple.of(paymentId)).map(SimulatorProvider::outcome);
  }

  private static Outcome outcome(RowSet<Row> rows) {
    if (rows.size() == 0) {
      return new Outcome.Unknown();
    }
    return rows.iterator().next().getBoolean(0)
        ? new Outcome.Approved()
        : new Outcome.Declined("the card was declined");
  }

  @Override
  public Future<Void> refund(String paymentId, long amount) {
    return pool.preparedQuery(REFUND)
        .execute(Tuple.of(paymentId))
        .compose(
            rows ->
                rows.size() > 0
                    ? Future.succeededFuture()
                    : Future.failedFuture(
                        new IllegalStateException(
                            "a refund of what was never charged: " + paymentId)));
  }

  private static Duration latency(Knobs knobs) {
    int low = knobs.latencyMs().get(0);
    int high = knobs.latencyMs().get(knobs.latencyMs().size() - 1);
    return Duration.ofMillis(
        high <= low ? low : ThreadLocalRandom.current().nextInt(low, high + 1));
  }

  private Future<Void> after(Duration latency) {
    return latency.isZero() ? Future.succeededFuture() : vertx.timer(latency.toMillis()).mapEmpty();
  }
}
