package baedal.payment;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
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

  /**
   * Latency of an answer in milliseconds, drawn evenly from {@code [low, high]}; share of calls
   * that fail; whether none answers.
   */
  record Knobs(List<Integer> latencyMs, double failureRate, boolean hang) {
    static final Knobs FAST = new Knobs(List.of(0, 0), 0, false);

    Knobs {
      latencyMs = latencyMs == null ? List.of(0, 0) : List.copyOf(latencyMs);
    }
  }

  private final Vertx vertx;
  private final SimulatorRepository charges;
  private volatile Knobs knobs = Knobs.FAST;

  SimulatorProvider(Vertx vertx, SimulatorRepository charges) {
    this.vertx = vertx;
    this.charges = charges;
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
    Future<Boolean> decided = charges.charge(paymentId, amount, approved);
    Future<Void> answering = now.hang() ? Promise.<Void>promise().future() : after(latency);
    return Future.all(decided, answering).map(v -> outcome(decided.result()));
  }

  @Override
  public Future<Outcome> close(String paymentId, long amount) {
    return charges.charge(paymentId, amount, false).map(SimulatorProvider::outcome);
  }

  @Override
  public Future<Outcome> lookup(String paymentId, long amount) {
    return charges
        .approved(paymentId)
        .map(approved -> approved.map(SimulatorProvider::outcome).orElseGet(Outcome.Unknown::new));
  }

  private static Outcome outcome(boolean approved) {
    return approved ? new Outcome.Approved() : new Outcome.Declined("the card was declined");
  }

  @Override
  public Future<Void> refund(String paymentId, long amount) {
    return charges
        .refund(paymentId)
        .compose(
            done ->
                done
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
