package baedal.payment;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A simulated provider for a run on one machine. The test card decides between approval and
 * decline; the knobs set latency and failures. It keeps its charges in a table, so that it knows
 * them after a crash.
 */
final class SimulatorProvider implements PaymentProvider {

  private static final String DECLINED_CARD = "4000000000000002";
  private static final String SLOW_CARD = "4000000000000259";

  /** Longer than the gateway's breaker waits. */
  private static final Duration SLOW = Duration.ofMillis(1_500);

  /**
   * {@code latencyMs} is a range {@code [low, high]}, from which each answer draws its latency.
   * {@code failureRate} is the share of charges that fail. With {@code hang} no charge is answered.
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

  void setKnobs(Knobs knobs) {
    this.knobs = knobs;
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
