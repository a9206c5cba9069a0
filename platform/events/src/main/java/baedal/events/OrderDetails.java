package baedal.events;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.List;

/**
 * A whole order, as events carry it. Amounts are won; {@code due = total - discount}. A rider
 * fetches it at {@code pickup} (the store, or the sender of a courier order) and brings it to
 * {@code address}. Both may be null, and so may {@code parcel}, {@code couponId}, {@code from},
 * {@code to} and {@code memo}.
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

  /** The discount is at most the total. */
  public OrderDetails withCoupon(String newCouponId, long newDiscount) {
    return copy().couponId(newCouponId).build().withAmounts(total, newDiscount);
  }

  public OrderDetails withMemo(String newMemo) {
    return copy().memo(newMemo).build();
  }

  public OrderDetails withAddress(Address newAddress) {
    return copy().address(newAddress).build();
  }

  /** The total follows the lines; the discount is at most the total. */
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
