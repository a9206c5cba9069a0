package baedal.events;

import java.time.Instant;

/** What the order service tells; the subject is the order id. */
public sealed interface OrderEvent extends Event {

  String orderId();

  @Override
  default String subject() {
    return orderId();
  }

  /** A customer wants this; nobody has paid yet. */
  record Placed(String orderId, OrderDetails order) implements OrderEvent {}

  /**
   * Options, address, memo or coupon changed; {@code established} tells whether the order was
   * already paid.
   */
  record Updated(String orderId, OrderDetails order, boolean established, Instant at)
      implements OrderEvent {}

  /**
   * The order is established: settled, or promised on delivery. {@code collect} is what the rider
   * takes, in won.
   */
  record Paid(
      String orderId,
      OrderDetails order,
      String paymentId,
      PaymentMethod method,
      long collect,
      Instant at)
      implements OrderEvent {}

  /** A settlement that this order cannot accept and payment must give back. */
  record PaymentRefused(String orderId, String paymentId, String reason, Instant at)
      implements OrderEvent {}

  record CancelRequested(
      String orderId, String customerId, String storeId, String reason, Instant at)
      implements OrderEvent {}

  /** A rejected or canceled order wants its money back. */
  record RefundRequested(String orderId, String paymentId, String reason, Instant at)
      implements OrderEvent {}

  /** A rider took {@code amount} won at the door for a deferred payment. */
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

  /** The customer confirmed, or stayed silent for a day ({@code byCustomer} is false). */
  record Completed(
      String orderId, String customerId, String storeId, long due, boolean byCustomer, Instant at)
      implements OrderEvent {}
}
