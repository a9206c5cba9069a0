package baedal.payment;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A simulated provider, for development on one machine. The card number decides between approval
 * and decline. The settings add latency and failures. The charges are in a table, so that they
 * survive a crash.
 */
final class SimulatedProvider implements PaymentProvider {

  private static final String DECLINED_CARD = "4000000000000002";
  private static final String SLOW_CARD = "4000000000000259";

  /**
   * The latency of a charge with {@code SLOW_CARD}. The gateway does not wait so long for a
   * payment.
   */
  private static final Duration SLOW = Duration.ofMillis(1_500);

  /**
   * The latency of each charge is a random number of milliseconds in the range {@code latencyMs},
   * {@code [low, high]}. {@code failureRate} is the share of charges that fail, from 0 to 1. With
   * {@code hang} no charge gets a response.
   */
  record Settings(List<Integer> latencyMs, double failureRate, boolean hang) {
    static final Settings FAST = new Settings(List.of(0, 0), 0, false);

    Settings {
      latencyMs = latencyMs == null ? List.of(0, 0) : List.copyOf(latencyMs);
    }
  }

  private final Vertx vertx;
  private final SimulatedProviderRepository charges;
  private volatile Settings settings = Settings.FAST;

  SimulatedProvider(Vertx vertx, SimulatedProviderRepository charges) {
    this.vertx = vertx;
    this.charges = charges;
  }

  void configure(Settings newSettings) {
    settings = newSettings;
  }

  @Override
  public Future<Outcome> charge(String paymentId, long amount, String method, String card) {
    Settings now = settings;
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
    return charges.charge(paymentId, amount, false).map(SimulatedProvider::outcome);
  }

  @Override
  public Future<Outcome> lookup(String paymentId, long amount) {
    return charges
        .approved(paymentId)
        .map(approved -> approved.map(SimulatedProvider::outcome).orElseGet(Outcome.Unknown::new));
  }

  private static Outcome outcome(boolean approved) {
    return approved ? new Outcome.Approved() : new Outcome.Declined("the card was declined");
  }

  @Override
  public Future<Void> refund(String paymentId, long amount) {
    return charges
        .refund(paymentId, amount)
        .compose(
            done ->
                done
                    ? Future.succeededFuture()
                    : Future.failedFuture(
                        new IllegalStateException(
                            "the provider cannot refund %d won of payment %s"
                                .formatted(amount, paymentId))));
  }

  private static Duration latency(Settings settings) {
    int low = settings.latencyMs().get(0);
    int high = settings.latencyMs().get(settings.latencyMs().size() - 1);
    return Duration.ofMillis(
        high <= low ? low : ThreadLocalRandom.current().nextInt(low, high + 1));
  }

  private Future<Void> after(Duration latency) {
    return latency.isZero() ? Future.succeededFuture() : vertx.timer(latency.toMillis()).mapEmpty();
  }
}
