package baedal.payment;

import io.vertx.core.Future;

/**
 * The outside world that moves money. Each call carries our payment id: the same id never moves
 * money twice.
 */
interface PaymentProvider {

  /** What the provider says of one payment id. */
  sealed interface Outcome {
    record Approved() implements Outcome {}

    record Declined(String reason) implements Outcome {}

    /** It never heard of this id. */
    record Unknown() implements Outcome {}
  }

  /**
   * Takes {@code amount} won; fails when no answer came, in which case the money may have been
   * taken.
   */
  Future<Outcome> charge(String paymentId, long amount, String method, String card);

  /** What became of a charge. */
  Future<Outcome> lookup(String paymentId);

  /** Gives all of it back; succeeds also when that was done before. */
  Future<Void> refund(String paymentId, long amount);
}
