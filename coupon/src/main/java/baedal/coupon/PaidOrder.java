package baedal.coupon;

import baedal.events.OrderEvent;
import java.time.Instant;

/**
 * What a campaign needs to know of a paid order. {@code storeKind} is null in orders that are older
 * than this field.
 */
record PaidOrder(String orderId, String customerId, String storeKind, Instant paidAt) {

  static PaidOrder of(OrderEvent.Paid paid) {
    return new PaidOrder(
        paid.orderId(), paid.order().customerId(), paid.order().storeKind(), paid.at());
  }
}
