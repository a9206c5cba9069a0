package baedal.audit;

import baedal.runtime.Config;

/** The URIs that an {@link Auditor} connects to: the database of each service, and the broker. */
public record Sources(
    String orders,
    String payments,
    String stores,
    String riders,
    String coupons,
    String pages,
    String broker) {

  /** Reads the settings that {@code tools/audit/README.md} lists. */
  public static Sources from(Config config) {
    return new Sources(
        config.text("ORDER_POSTGRES_URI"),
        config.text("PAYMENT_POSTGRES_URI"),
        config.text("STORE_MONGO_URI"),
        config.text("RIDER_MONGO_URI"),
        config.uri("COUPON_REDIS_URI").toString(),
        config.text("MYPAGE_MONGO_URI"),
        config.text("AMQP_URI"));
  }
}
