package baedal.mypage;

import baedal.events.Fulfilment;
import baedal.events.OrderDetails;
import java.time.Instant;
import java.util.List;

/** Creates the details of a delivery without discount. Fields that no page shows are empty. */
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
        null,
        List.of(),
        Fulfilment.DELIVERY,
        null,
        null,
        null,
        null,
        null,
        null,
        List.of(),
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
