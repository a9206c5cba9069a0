package baedal.coupon;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.Change;
import baedal.events.CouponEvent;
import baedal.redis.RedisDatabase;
import baedal.runtime.IdempotencyKey;
import baedal.testkit.GoldenDocument;
import baedal.testkit.TestServers;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.RedisAPI;
import io.vertx.redis.client.Response;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Hashes in Redis are read as earlier versions stored them, and written in the same form. */
class StoredHashesTest {

  private static final Instant ISSUED_AT = Instant.parse("2026-11-21T12:00:00.001Z");
  private static final Instant EXPIRES_AT = Instant.parse("2026-12-21T12:00:00.002Z");
  private static final Instant ANNOUNCED_AT = Instant.parse("2026-11-20T12:00:00.004Z");
  private static final Instant CHANGED_AT = Instant.parse("2026-11-22T12:00:00.003Z");

  /** No component has the default value of its type, so that the test notices a lost field. */
  private static final Coupon CLAIMED =
      new Coupon(
          "coupon-1",
          "customer-1",
          "campaign-2",
          "order-2",
          true,
          "감사 쿠폰",
          1_000,
          CouponStatus.CLAIMED,
          "order-1",
          true,
          ISSUED_AT,
          EXPIRES_AT,
          CHANGED_AT);

  private static final Campaign CAMPAIGN =
      new Campaign("campaign-1", "선착순", 3_000, 100, EXPIRES_AT, null, null, ANNOUNCED_AT);

  private static final Coupon TAKEN =
      new Coupon(
          "coupon-2",
          "customer-1",
          "campaign-1",
          null,
          false,
          "선착순",
          3_000,
          CouponStatus.ISSUED,
          null,
          false,
          ISSUED_AT,
          EXPIRES_AT,
          ISSUED_AT);

  private static final Campaign WITH_ORDERS =
      new Campaign("campaign-2", "첫 숙박", 5_000, 10, EXPIRES_AT, "order.paid", "ROOM", ANNOUNCED_AT);

  private static final Coupon BROUGHT =
      new Coupon(
          "coupon-3",
          "customer-1",
          "campaign-2",
          "order-3",
          false,
          "첫 숙박",
          5_000,
          CouponStatus.ISSUED,
          null,
          false,
          ISSUED_AT,
          EXPIRES_AT,
          ISSUED_AT);

  private static final IdempotencyKey ANNOUNCES =
      new IdempotencyKey("marketing-1", "key-1", "hash-1");
  private static final IdempotencyKey TAKES = new IdempotencyKey("customer-1", "key-2", "hash-2");

  private final Vertx vertx = Vertx.vertx();
  private final RedisAPI redis = new RedisDatabase(vertx, TestServers.redis()).api();
  private final CouponRepository coupons = new CouponRepository(redis, () -> {});
  private final CampaignRepository campaigns = new CampaignRepository(redis, coupons, () -> {});
  private final OrderCouponRepository orderCoupons =
      new OrderCouponRepository(redis, coupons, campaigns, () -> {});
  private final RedisRunRepository runs = new RedisRunRepository(redis);

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void stored_hashes_are_read() {
    insert(golden());
    assertThat(coupons.find("coupon-1").await()).isEqualTo(CLAIMED);
    assertThat(coupons.find("coupon-2").await()).isEqualTo(TAKEN);
    assertThat(coupons.find("coupon-3").await()).isEqualTo(BROUGHT);
    assertThat(campaigns.campaign("campaign-1").await()).isEqualTo(CAMPAIGN);
    assertThat(campaigns.campaign("campaign-2").await()).isEqualTo(WITH_ORDERS);
    assertThat(orderCoupons.withdraw("order-3").await()).containsExactly("coupon-3");
    assertThat(campaigns.announced(ANNOUNCES).await()).contains(CAMPAIGN);
    assertThat(campaigns.taken(TAKES).await()).contains(TAKEN);
    RedisRunRepository.Runs found = runs.find().await();
    assertThat(found.complete()).isEqualTo("run-1");
    assertThat(found.completeAt()).isEqualTo(CHANGED_AT);
  }

  @Test
  void hashes_from_before_campaigns_with_orders_are_read() {
    insert(GoldenDocument.read(StoredHashesTest.class, "hashes-without-order-campaigns.json"));
    Coupon claimed =
        CouponBuilder.builder(CLAIMED).campaignId(null).issuedWith(null).withdrawn(false).build();
    Coupon taken = CouponBuilder.builder(TAKEN).campaignId(null).build();
    Campaign campaign = new Campaign("campaign-1", "선착순", 3_000, 100, EXPIRES_AT, null, null, null);
    assertThat(coupons.find("coupon-1").await()).isEqualTo(claimed);
    assertThat(coupons.find("coupon-2").await()).isEqualTo(taken);
    assertThat(campaigns.campaign("campaign-1").await()).isEqualTo(campaign);
    assertThat(campaigns.report("campaign-1").await())
        .isEqualTo(new CampaignReport(campaign, 1, 0, 0, 0));
    assertThat(campaigns.announced(ANNOUNCES).await()).contains(campaign);
    assertThat(campaigns.taken(TAKES).await()).contains(taken);
  }

  @Test
  void a_customer_who_takes_a_second_coupon_of_a_campaign_gets_the_first() {
    insert(golden());
    Coupon another =
        Coupon.issue(
                null,
                "coupon-4",
                "customer-1",
                "선착순",
                3_000,
                null,
                "campaign-1",
                EXPIRES_AT,
                ISSUED_AT)
            .state();
    assertThat(campaigns.take("campaign-1", issued(another), null).await()).contains(TAKEN);
    assertThat(redis.hget("coupon:campaign:campaign-1", "remaining").await()).hasToString("99");
  }

  @Test
  void hashes_are_still_written_the_same() {
    coupons.change("coupon-1", none -> Change.of(CLAIMED)).await();
    campaigns.announce(CAMPAIGN, ANNOUNCES).await();
    campaigns.take("campaign-1", issued(TAKEN), TAKES).await();
    campaigns.announce(WITH_ORDERS, null).await();
    orderCoupons.issue(issued(BROUGHT), "order-3").await();
    runs.storeComplete("run-1", CHANGED_AT).await();
    JsonObject golden = golden();
    for (String key : golden.fieldNames()) {
      assertThat(stored(key)).as(key).isEqualTo(parsed(golden.getJsonObject(key)));
    }
  }

  private static Change<Coupon> issued(Coupon coupon) {
    return Change.of(
        coupon,
        new CouponEvent.Issued(
            coupon.id(),
            coupon.issuedWith(),
            coupon.customerId(),
            coupon.campaignId(),
            coupon.name(),
            coupon.discount(),
            coupon.expiresAt(),
            coupon.issuedAt()));
  }

  /** The stored hashes by key. Each field of a hash is a text. */
  private static JsonObject golden() {
    return GoldenDocument.read(StoredHashesTest.class, "hashes.json");
  }

  private void insert(JsonObject hashes) {
    hashes.forEach(hash -> insert(hash.getKey(), (JsonObject) hash.getValue()));
  }

  private void insert(String key, JsonObject hash) {
    List<String> arguments = new ArrayList<>(List.of(key));
    for (Map.Entry<String, Object> field : hash) {
      arguments.add(field.getKey());
      arguments.add((String) field.getValue());
    }
    redis.hset(arguments).await();
  }

  private JsonObject stored(String key) {
    JsonObject hash = new JsonObject();
    Response fields = redis.hgetall(key).await();
    fields.getKeys().forEach(field -> hash.put(field, fields.get(field).toString()));
    return parsed(hash);
  }

  /** Parses the texts that are JSON, so that the order of their fields does not matter. */
  private static JsonObject parsed(JsonObject hash) {
    JsonObject parsed = new JsonObject();
    hash.forEach(
        field -> {
          String text = (String) field.getValue();
          parsed.put(field.getKey(), text.startsWith("{") ? new JsonObject(text) : text);
        });
    return parsed;
  }
}
