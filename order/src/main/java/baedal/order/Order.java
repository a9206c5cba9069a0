package baedal.order;

import baedal.events.Change;
import baedal.events.Fulfilment;
import baedal.events.OrderDetails;
import baedal.events.OrderEvent;
import baedal.events.PaymentMethod;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.List;

/**
 * The state of one order, as the database stores it in JSON. A transition is a pure function. It
 * returns the new state and its events, or throws a refusal. The transitions are in {@link
 * PaymentAcceptance}, {@link OrderUpdate}, {@link CouponUse}, {@link FulfilmentProgress}, {@link
 * Confirmation}, {@link Cancellation}, {@link Rejection}, {@link Refund} and {@link Expiration}.
 *
 * <p>Stored orders must stay readable: a renamed component keeps its stored name by {@code
 * JsonProperty}.
 *
 * @param pricedVersion the first version with the present lines and the present amount due
 * @param couponWorth in won; the discount is this amount, but at most the total
 * @param paymentId the accepted payment; null before a payment was accepted
 * @param method how the order is paid; null before a payment was accepted
 * @param statusIfCancelRefused the status that follows when the store refuses the cancellation;
 *     null unless the order waits for the store's answer
 * @param earlierDetails the details before each change of the paid order, oldest first; one of them
 *     is restored when the store refuses a change
 * @param refundPending whether a refund was requested and is not completed yet
 * @param refundAmount how much is refunded after the requested cancellation, in won; null means all
 * @param reason why a cancellation was requested or the store rejected the order; otherwise null
 * @param changedAt when the status or the details last changed; a change of the details of a served
 *     order does not count
 */
@RecordBuilder
public record Order(
    String id,
    OrderStatus status,
    OrderDetails details,
    long pricedVersion,
    long couponWorth,
    String paymentId,
    PaymentMethod method,
    @JsonProperty("resumed") OrderStatus statusIfCancelRefused,
    @JsonProperty("earlier") List<OrderDetails> earlierDetails,
    @JsonProperty("settling") boolean refundPending,
    Long refundAmount,
    String reason,
    Instant changedAt) {

  public Order {
    earlierDetails = List.copyOf(earlierDetails);
  }

  static Change<Order> place(String id, OrderDetails details) {
    Order order =
        OrderBuilder.builder()
            .id(id)
            .status(OrderStatus.PLACED)
            .details(details)
            .pricedVersion(details.version())
            .earlierDetails(List.of())
            .changedAt(details.placedAt())
            .build();
    return Change.of(order, new OrderEvent.Placed(id, details));
  }

  boolean isVisit() {
    return details.fulfilment() == Fulfilment.VISIT;
  }

  /** Whether the order reserves nights at a hotel. */
  boolean isStay() {
    return details.stay() != null;
  }

  /** Whether a cancellation is requested and the store has not answered. */
  boolean awaitsCancelAnswer() {
    return status == OrderStatus.CANCEL_REQUESTED && !refundPending;
  }

  /**
   * When the order is served. A delivery is served when it becomes DELIVERED. A visit is served
   * when it becomes COOKED, or at the end of the stay if that is later; this can be in the future.
   * Null in every other status.
   */
  Instant servedAt() {
    if (status == OrderStatus.COOKED && isVisit()) {
      boolean endsLater = details.to() != null && details.to().isAfter(changedAt);
      return endsLater ? details.to() : changedAt;
    }
    return status == OrderStatus.DELIVERED ? changedAt : null;
  }

  /** The coupon that the order holds; null if it has none or has given it back. */
  String heldCoupon() {
    return status.withdrawn() && !refundPending ? null : details.couponId();
  }

  /**
   * The order with this status and the next version. Clears {@code statusIfCancelRefused} and
   * {@code refundPending}.
   */
  Order moveTo(OrderStatus next, Instant now) {
    return copy()
        .status(next)
        .details(details.withVersion(details.version() + 1))
        .statusIfCancelRefused(null)
        .refundPending(false)
        .changedAt(now)
        .build();
  }

  Order withPayment(String newPaymentId, PaymentMethod newMethod) {
    return copy().paymentId(newPaymentId).method(newMethod).build();
  }

  Order withReason(String newReason) {
    return copy().reason(newReason).build();
  }

  Order withStatusIfCancelRefused(OrderStatus newStatus) {
    return copy().statusIfCancelRefused(newStatus).build();
  }

  Order withRefundPending() {
    return copy().refundPending(true).build();
  }

  Order withRefundAmount(Long newAmount) {
    return copy().refundAmount(newAmount).build();
  }

  private OrderBuilder copy() {
    return OrderBuilder.builder(this);
  }
}
