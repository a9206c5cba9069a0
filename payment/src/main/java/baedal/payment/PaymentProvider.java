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

  /** What became of a charge of {@code amount} won; fails when that is not certain. */
  Future<Outcome> lookup(String paymentId, long amount);

  /**
   * Declines the charge for good if it was not made by now: one that is still under way comes too
   * late. What became of it is certain afterwards; fails when no answer came.
   */
  Future<Outcome> close(String paymentId, long amount);

  /** Gives all of it back; succeeds also when that was done before. */
  Future<Void> refund(String paymentId, long amount);
}
