package baedal.events;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.List;

/**
 * A whole order, as the events of the order service contain it. Amounts are in won.
 *
 * @param pickup where the rider fetches the order: the store, or the sender of a courier order; may
 *     be null
 * @param address where the rider brings the order; may be null
 * @param parcel may be null
 * @param from when the visit begins; may be null
 * @param to when the visit ends; may be null
 * @param memo may be null
 * @param couponId may be null
 * @param due {@code total - discount}
 */
@RecordBuilder
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

  public OrderDetails withVersion(long newVersion) {
    return copy().version(newVersion).build();
  }

  /** Returns the order with a coupon. The discount is capped at the total. */
  public OrderDetails withCoupon(String newCouponId, long newDiscount) {
    return copy().couponId(newCouponId).build().withAmounts(total, newDiscount);
  }

  public OrderDetails withMemo(String newMemo) {
    return copy().memo(newMemo).build();
  }

  public OrderDetails withAddress(Address newAddress) {
    return copy().address(newAddress).build();
  }

  /** Returns the order with other lines and their total. The discount is capped at the total. */
  public OrderDetails withLines(List<Line> newLines) {
    long newTotal = newLines.stream().mapToLong(Line::amount).sum();
    return copy().lines(newLines).build().withAmounts(newTotal, discount);
  }

  private OrderDetails withAmounts(long newTotal, long newDiscount) {
    long capped = Math.min(newDiscount, newTotal);
    return copy().total(newTotal).discount(capped).due(newTotal - capped).build();
  }

  private OrderDetailsBuilder copy() {
    return OrderDetailsBuilder.builder(this);
  }
}
