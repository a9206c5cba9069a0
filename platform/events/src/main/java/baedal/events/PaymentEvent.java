package baedal.events;

import java.time.Instant;

/** What the payment service tells; amounts are won. */
public sealed interface PaymentEvent extends Event {

  String orderId();

  @Override
  default String subject() {
    return orderId();
  }

  /** Settled: {@code amount} for the order as it stood at {@code orderVersion}. */
  record Paid(
      String orderId,
      String paymentId,
      long amount,
      PaymentMethod method,
      long orderVersion,
      Instant at)
      implements PaymentEvent {}

  /** Promised on delivery. */
  record Deferred(
      String orderId,
      String paymentId,
      long amount,
      PaymentMethod method,
      long orderVersion,
      Instant at)
      implements PaymentEvent {}

  record Declined(
      String orderId,
      String paymentId,
      long amount,
      PaymentMethod method,
      String reason,
      Instant at)
      implements PaymentEvent {}

  /**
   * Given back. When {@code voided}, no money had been taken (a promise was given up, or nothing
   * was due) and {@code amount} is 0. Events from before that field have only the amount.
   */
  record Refunded(
      String orderId, String paymentId, long amount, String reason, boolean voided, Instant at)
      implements PaymentEvent {}
}
