package baedal.coupon;

import java.time.Instant;

/**
 * A limited number of coupons of {@code discount} won. Either the first {@code quantity} customers
 * take one each, or the first {@code quantity} paid orders bring one each to their customers.
 *
 * @param on the event of an order with which a coupon is issued, {@link #ORDER_PAID}; null if
 *     customers take the coupons
 * @param kind the kind of store whose orders bring a coupon; null if every kind does
 * @param announcedAt orders that were paid before bring no coupon; null in campaigns that are older
 *     than this field
 */
record Campaign(
    String id,
    String name,
    long discount,
    int quantity,
    Instant expiresAt,
    String on,
    String kind,
    Instant announcedAt) {

  static final String ORDER_PAID = "order.paid";

  /** Whether paid orders bring the coupons; if false, customers take them. */
  boolean comesWithOrders() {
    return ORDER_PAID.equals(on);
  }

  /** Whether this paid order brings a coupon of the campaign. */
  boolean comesWith(PaidOrder order) {
    return comesWithOrders()
        && (kind == null || kind.equals(order.storeKind()))
        && !order.paidAt().isBefore(announcedAt);
  }
}
