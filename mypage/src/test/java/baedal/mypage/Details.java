package baedal.mypage;

import baedal.events.Fulfilment;
import baedal.events.OrderDetails;
import java.time.Instant;
import java.util.List;

/** A delivery without discount, of which only what a page shows is told. */
final class Details {

  private Details() {}

  /** {@code due} in won. */
  static OrderDetails of(
      String customerId,
      String storeName,
      long due,
      long version,
      Instant placedAt,
      Instant expiresAt) {
    return new OrderDetails(
        customerId,
        "s-1",
        storeName,
        List.of(),
        Fulfilment.DELIVERY,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        due,
        0,
        due,
        version,
        placedAt,
        expiresAt);
  }
}
