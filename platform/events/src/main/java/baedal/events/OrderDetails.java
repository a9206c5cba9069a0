package baedal.events;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.List;

/**
 * A whole order, as the events of the order service contain it. Amounts are in won.
 *
 * @param storeKind the kind of the store, such as FOOD or ROOM; null in orders that are older than
 *     this field
 * @param pickup where the rider fetches the order: the store, or the sender of a courier order; may
 *     be null
 * @param address where the rider brings the order; may be null
 * @param parcel may be null
 * @param from when the visit begins; for a stay, the check-in time of its first day; may be null
 * @param to when the visit ends; for a stay, the check-out time of its last day; may be null
 * @param stay the nights of a hotel reservation; null in every other order
 * @param refundTerms the hotel's terms for a cancellation, as they were when the order was placed
 * @param memo may be null
 * @param couponId may be null
 * @param due {@code total - discount}
 */
@RecordBuilder
public record OrderDetails(
    String customerId,
    String storeId,
    String storeName,
    String storeKind,
    List<Line> lines,
    Fulfilment fulfilment,
    Address pickup,
    Address address,
    Parcel parcel,
    Instant from,
    Instant to,
    Stay stay,
    List<RefundTerm> refundTerms,
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
    refundTerms = refundTerms == null ? List.of() : List.copyOf(refundTerms);
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
