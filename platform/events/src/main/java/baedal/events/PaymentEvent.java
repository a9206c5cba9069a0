package baedal.events;

import java.time.Instant;

/** The events of the payment service. Amounts are won. */
public sealed interface PaymentEvent extends Event {

  String orderId();

  @Override
  default String subject() {
    return orderId();
  }

  /** The order was paid: {@code amount} for its version {@code orderVersion}. */
  record Paid(
      String orderId,
      String paymentId,
      long amount,
      PaymentMethod method,
      long orderVersion,
      Instant at)
      implements PaymentEvent {}

  /** The customer will pay on delivery. */
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
   * The payment was refunded. If {@code voided}, no money had been taken (a deferred payment was
   * canceled, or nothing was due), and {@code amount} is 0. Older events have no such field.
   */
  record Refunded(
      String orderId, String paymentId, long amount, String reason, boolean voided, Instant at)
      implements PaymentEvent {}
}
