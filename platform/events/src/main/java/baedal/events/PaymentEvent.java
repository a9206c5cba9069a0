package baedal.events;

import java.time.Instant;

/** The events of the payment service. Amounts are in won. */
public sealed interface PaymentEvent extends Event {

  String orderId();

  @Override
  default String subject() {
    return orderId();
  }

  /** The customer paid {@code amount} for the version {@code orderVersion} of the order. */
  record Paid(
      String orderId,
      String paymentId,
      long amount,
      PaymentMethod method,
      long orderVersion,
      Instant at)
      implements PaymentEvent {}

  /** The customer will pay {@code amount} on delivery. */
  record Deferred(
      String orderId,
      String paymentId,
      long amount,
      PaymentMethod method,
      long orderVersion,
      Instant at)
      implements PaymentEvent {}

  /** The payment failed; the order is still unpaid. */
  record Declined(
      String orderId,
      String paymentId,
      long amount,
      PaymentMethod method,
      String reason,
      Instant at)
      implements PaymentEvent {}

  /**
   * The payment was refunded: {@code amount} was given back, and the store keeps {@code kept}. If
   * {@code voided} is true, no money had been taken (a deferred payment was canceled, or nothing
   * was due), and both amounts are 0. Events that are older than these fields have {@code voided}
   * false and {@code kept} 0.
   */
  record Refunded(
      String orderId,
      String paymentId,
      long amount,
      long kept,
      String reason,
      boolean voided,
      Instant at)
      implements PaymentEvent {}
}
