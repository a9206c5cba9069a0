package baedal.payment;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A provider in memory. A test can delay its responses, lose them, or let calls fail. */
final class FakeProvider implements PaymentProvider {

  private final Map<String, Outcome> outcomes = new ConcurrentHashMap<>();
  final Set<String> failingRefunds = ConcurrentHashMap.newKeySet();
  final AtomicInteger charges = new AtomicInteger();

  /** The amount of each call that asked for a refund, by payment id. */
  final Map<String, List<Long>> refunds = new ConcurrentHashMap<>();

  final List<String> lookups = new CopyOnWriteArrayList<>();

  /** Completed by the first lookup. */
  final Promise<Void> lookedUp = Promise.promise();

  volatile Runnable afterLookup = () -> {};
  volatile boolean unavailable;
  volatile boolean canClose = true;
  volatile boolean answersAreLost;
  volatile boolean hangs;
  volatile Promise<Void> chargesHeldUntil;
  volatile Promise<Void> lookupsHeldUntil;

  private <T> Future<T> answer(T outcome) {
    return unavailable || answersAreLost
        ? Future.failedFuture(new IOException("no answer"))
        : Future.succeededFuture(outcome);
  }

  @Override
  public Future<Outcome> charge(String paymentId, long amount, String method, String card) {
    charges.incrementAndGet();
    outcomes.putIfAbsent(paymentId, new Outcome.Approved());
    if (chargesHeldUntil != null) {
      return chargesHeldUntil.future().map(outcomes.get(paymentId));
    }
    return hangs ? Promise.<Outcome>promise().future() : answer(outcomes.get(paymentId));
  }

  @Override
  public Future<Outcome> lookup(String paymentId, long amount) {
    lookups.add(paymentId);
    Future<Outcome> found = answer(outcomes.getOrDefault(paymentId, new Outcome.Unknown()));
    afterLookup.run();
    lookedUp.tryComplete();
    return lookupsHeldUntil == null ? found : lookupsHeldUntil.future().compose(v -> found);
  }

  @Override
  public Future<Outcome> close(String paymentId, long amount) {
    if (!canClose) {
      return answer(new Outcome.Unknown());
    }
    outcomes.putIfAbsent(paymentId, new Outcome.Declined("closed"));
    return answer(outcomes.get(paymentId));
  }

  @Override
  public Future<Void> refund(String paymentId, long amount) {
    refunds.computeIfAbsent(paymentId, id -> new CopyOnWriteArrayList<>()).add(amount);
    return failingRefunds.contains(paymentId)
        ? Future.failedFuture(new IOException("refused"))
        : answer(null);
  }
}
