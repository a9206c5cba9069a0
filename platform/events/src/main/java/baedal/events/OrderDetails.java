package baedal.events;

import java.time.Instant;
import java.util.List;

/**
 * A whole order as it travels in events. Amounts are won; {@code due = total - discount}. {@code
 * pickup} is where a rider fetches it (the store, or the customer's own pick-up for a courier),
 * {@code address} where it goes; both, as {@code parcel}, {@code couponId}, {@code from}, {@code
 * to} and {@code memo}, may be null.
 */
public record OrderDetails(
    String customerId,
    String storeId,
    String storeName,
    List<Line> lines,
    Fulfilment fulfilment,
    Address pickup,
    Address address,
    Parcel parcel,
    Instant from,
    Instant to,
    String memo,
    String couponId,
    long total,
    long discount,
    long due,
    long version,
    Instant placedAt,
    Instant expiresAt) {

  public OrderDetails {
    lines = List.copyOf(lines);
  }

  public OrderDetails withVersion(long next) {
    return with(lines, address, memo, couponId, total, discount, next);
  }

  /** {@code newDiscount} is capped: nobody is paid for ordering. */
  public OrderDetails withCoupon(String newCouponId, long newDiscount) {
    return with(lines, address, memo, newCouponId, total, Math.min(newDiscount, total), version);
  }

  public OrderDetails withMemo(String newMemo) {
    return with(lines, address, newMemo, couponId, total, discount, version);
  }

  public OrderDetails withAddress(Address newAddress) {
    return with(lines, newAddress, memo, couponId, total, discount, version);
  }

  public OrderDetails withLines(List<Line> newLines) {
    long newTotal = newLines.stream().mapToLong(Line::amount).sum();
    return with(newLines, address, memo, couponId, newTotal, Math.min(discount, newTotal), version);
  }

  private OrderDetails with(
      List<Line> l, Address a, String m, String coupon, long sum, long off, long v) {
    return new OrderDetails(
        customerId,
        storeId,
        storeName,
        l,
        fulfilment,
        pickup,
        a,
        parcel,
        from,
        to,
        m,
        coupon,
        sum,
        off,
        sum - off,
        v,
        placedAt,
        expiresAt);
  }
}
