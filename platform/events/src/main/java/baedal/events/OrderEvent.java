package baedal.events;

import java.time.Instant;

/** The events of the order service. The subject is the order id. */
public sealed interface OrderEvent extends Event {

  String orderId();

  @Override
  default String subject() {
    return orderId();
  }

  /** A customer placed the order; it is not paid yet. */
  record Placed(String orderId, OrderDetails order) implements OrderEvent {}

  /**
   * Lines, address, memo or coupon of the order changed. {@code established} is true if the order
   * was paid already, or will be paid on delivery.
   */
  record Updated(String orderId, OrderDetails order, boolean established, Instant at)
      implements OrderEvent {}

  /**
   * The order is paid, or the customer will pay on delivery. {@code collect} is the amount in won
   * that the rider collects.
   */
  record Paid(
      String orderId,
      OrderDetails order,
      String paymentId,
      PaymentMethod method,
      long collect,
      Instant at)
      implements OrderEvent {}

  /** The order cannot accept this payment; the payment service must refund the payment. */
  record PaymentRefused(String orderId, String paymentId, String reason, Instant at)
      implements OrderEvent {}

  record CancelRequested(
      String orderId, String customerId, String storeId, String reason, Instant at)
      implements OrderEvent {}

  /**
   * The order is rejected or canceled; the payment service must refund {@code amount} won of its
   * payment. If {@code amount} is null, it must refund all of it.
   */
  record RefundRequested(String orderId, String paymentId, Long amount, String reason, Instant at)
      implements OrderEvent {}

  /** A rider collected {@code amount} won on delivery for a deferred payment. */
  record Collected(String orderId, String paymentId, String riderId, long amount, Instant at)
      implements OrderEvent {}

  record Canceled(
      String orderId, String customerId, String storeId, String couponId, String reason, Instant at)
      implements OrderEvent {}

  record Rejected(
      String orderId, String customerId, String storeId, String couponId, String reason, Instant at)
      implements OrderEvent {}

  record Expired(String orderId, String customerId, String storeId, String couponId, Instant at)
      implements OrderEvent {}

  record Delivered(
      String orderId, String customerId, String storeId, String riderId, long due, Instant at)
      implements OrderEvent {}

  /**
   * The order is finished. The customer confirmed that it was served, or did not confirm within
   * {@code ORDER_CONFIRMS_AFTER} ({@code byCustomer} is false).
   */
  record Completed(
      String orderId, String customerId, String storeId, long due, boolean byCustomer, Instant at)
      implements OrderEvent {}
}
