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
}
