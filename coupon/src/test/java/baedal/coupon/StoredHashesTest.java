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
  private static final Instant CHANGED_AT = Instant.parse("2026-11-22T12:00:00.003Z");

  /** No component has the default value of its type, so that the test notices a lost field. */
  private static final Coupon CLAIMED =
      new Coupon(
          "coupon-1",
          "customer-1",
          "감사 쿠폰",
          1_000,
          CouponStatus.CLAIMED,
          "order-1",
          true,
          ISSUED_AT,
          EXPIRES_AT,
          CHANGED_AT);

  private static final Campaign CAMPAIGN =
      new Campaign("campaign-1", "선착순", 3_000, 100, EXPIRES_AT);

  private static final Coupon TAKEN =
      new Coupon(
          "coupon-2",
          "customer-1",
          "선착순",
          3_000,
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
  private final RedisRunRepository runs = new RedisRunRepository(redis);

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void stored_hashes_are_read() {
    golden().forEach(hash -> insert(hash.getKey(), (JsonObject) hash.getValue()));
    assertThat(coupons.find("coupon-1").await()).isEqualTo(CLAIMED);
    assertThat(coupons.find("coupon-2").await()).isEqualTo(TAKEN);
    assertThat(campaigns.campaign("campaign-1").await()).isEqualTo(CAMPAIGN);
    assertThat(campaigns.announced(ANNOUNCES).await()).contains(CAMPAIGN);
    assertThat(campaigns.taken(TAKES).await()).contains(TAKEN);
    RedisRunRepository.Runs found = runs.find().await();
    assertThat(found.complete()).isEqualTo("run-1");
    assertThat(found.completeAt()).isEqualTo(CHANGED_AT);
  }

  @Test
  void a_customer_who_takes_a_second_coupon_of_a_campaign_gets_the_first() {
    golden().forEach(hash -> insert(hash.getKey(), (JsonObject) hash.getValue()));
    Coupon another =
        Coupon.issue(
                null,
                "coupon-3",
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
            null,
            coupon.customerId(),
            "campaign-1",
            coupon.name(),
            coupon.discount(),
            coupon.expiresAt(),
            coupon.issuedAt()));
  }

  /** The stored hashes by key. Each field of a hash is a text. */
  private static JsonObject golden() {
    return GoldenDocument.read(StoredHashesTest.class, "hashes.json");
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
