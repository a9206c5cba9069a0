package baedal.payment;

import io.vertx.core.Future;
import java.time.Duration;

/**
 * The provider that takes money and gives it back. Each call carries the id of a payment; the
 * provider moves the money of one id once.
 */
interface PaymentProvider {

  /** A caller waits this long for the answer to one call. */
  Duration TIMEOUT = Duration.ofSeconds(10);

  /** The state of one payment id at the provider. */
  sealed interface Outcome {
    record Approved() implements Outcome {}

    record Declined(String reason) implements Outcome {}

    /** The provider does not know this id. */
    record Unknown() implements Outcome {}
  }

  /**
   * Takes {@code amount} won. Fails when no clear answer came: the money may have been taken or
   * not. {@code card} may be null.
   */
  Future<Outcome> charge(String paymentId, long amount, String method, String card);

  /** The result of a charge of {@code amount} won. Fails when it is not certain. */
  Future<Outcome> lookup(String paymentId, long amount);

  /**
   * Declines the charge for good if it was not made before, so that a delayed request takes no
   * money. Returns its final result. Fails when no clear answer came.
   */
  Future<Outcome> close(String paymentId, long amount);

  /** Gives the whole amount back. Succeeds also when that was done before. */
  Future<Void> refund(String paymentId, long amount);
}
