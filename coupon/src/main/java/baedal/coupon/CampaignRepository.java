package baedal.coupon;

import static baedal.coupon.CouponRepository.PREFIX;

import baedal.events.Change;
import baedal.events.EventMessage;
import baedal.events.EventMessages;
import baedal.redis.RedisOutbox;
import baedal.redis.RedisScript;
import baedal.runtime.IdempotencyKey;
import baedal.runtime.Json;
import io.vertx.core.Future;
import io.vertx.redis.client.RedisAPI;
import io.vertx.redis.client.Response;
import java.util.List;
import java.util.Optional;

/**
 * Reads and writes campaigns in Redis, and the coupons that customers take from them. One Lua
 * script stores a coupon, its event, and the number of coupons that are left.
 */
final class CampaignRepository {

  /** The ids of the campaigns that come with paid orders, sorted by their end. */
  static final String WITH_ORDERS = PREFIX + ":campaigns-with-orders";

  private static final String ANNOUNCED = "announced";
  private static final String TAKEN = "taken";
  private static final RedisScript ANNOUNCE =
      new RedisScript(CampaignRepository.class.getResource("announce.lua"));
  private static final RedisScript TAKE =
      new RedisScript(CampaignRepository.class.getResource("take.lua"));
  private static final RedisScript REISSUE =
      new RedisScript(CampaignRepository.class.getResource("reissue.lua"));
  private static final RedisScript REPORT =
      new RedisScript(CampaignRepository.class.getResource("report.lua"));

  private final RedisAPI redis;
  private final CouponRepository coupons;
  private final Runnable wake;

  /** {@code wake} wakes the relay; called after every write of an event. */
  CampaignRepository(RedisAPI redis, CouponRepository coupons, Runnable wake) {
    this.redis = redis;
    this.coupons = coupons;
    this.wake = wake;
  }

  /** The key of a campaign's hash. */
  static String key(String id) {
    return PREFIX + ":campaign:" + id;
  }

  /** The key of the hash from customer to the id of the coupon that the customer took. */
  private static String takers(String campaignId) {
    return PREFIX + ":takers:" + campaignId;
  }

  /** The key of the hash from campaign to the id of the coupon that the order brought. */
  static String ofOrder(String orderId) {
    return PREFIX + ":order:" + orderId;
  }

  /** The campaign that was announced with this key; empty if there is none. */
  Future<Optional<Campaign>> announced(IdempotencyKey key) {
    return answered(ANNOUNCED, key, Campaign.class);
  }

  /** The coupon that was taken with this key; empty if there is none. */
  Future<Optional<Coupon>> taken(IdempotencyKey key) {
    return answered(TAKEN, key, Coupon.class);
  }

  private <T> Future<Optional<T>> answered(String operation, IdempotencyKey key, Class<T> type) {
    return redis
        .hmget(List.of(answerKey(operation, key), "answer", "hash"))
        .map(found -> answer(found, key, type));
  }

  /**
   * The stored answer, or empty. Refused if the key was used for a different request. {@code key}
   * may be null.
   */
  private static <T> Optional<T> answer(Response found, IdempotencyKey key, Class<T> type) {
    if (found.size() == 0 || found.get(0) == null) {
      return Optional.empty();
    }
    if (key != null) {
      key.sameAs(found.get(1).toString());
    }
    return Optional.of(Json.decode(found.get(0).toString(), type));
  }

  private static String answerKey(String operation, IdempotencyKey key) {
    String keys = PREFIX + ":key:" + operation;
    return key == null ? keys : keys + ":" + key.fingerprint();
  }

  private static String secondsKept(IdempotencyKey key) {
    return key == null ? "" : Long.toString(IdempotencyKey.KEPT.toSeconds());
  }

  private static String bodyHash(IdempotencyKey key) {
    return key == null ? "" : key.bodyHash();
  }

  /**
   * Stores the campaign and returns it. If the key has a stored answer, returns the stored campaign
   * instead. {@code key} may be null.
   */
  Future<Campaign> announce(Campaign campaign, IdempotencyKey key) {
    List<String> keys = List.of(key(campaign.id()), answerKey(ANNOUNCED, key), WITH_ORDERS);
    List<String> arguments =
        List.of(
            Json.encode(campaign),
            Integer.toString(campaign.quantity()),
            secondsKept(key),
            bodyHash(key),
            campaign.id(),
            campaign.comesWithOrders() ? CouponRepository.millis(campaign.expiresAt()) : "");
    return ANNOUNCE
        .run(redis, keys, arguments)
        .map(made -> answer(made, key, Campaign.class).orElseThrow());
  }

  /** Null if the campaign does not exist. */
  Future<Campaign> campaign(String id) {
    return redis
        .hget(key(id), "campaign")
        .map(found -> found == null ? null : Json.decode(found.toString(), Campaign.class));
  }

  /**
   * Takes a coupon of this campaign for a customer: stores the coupon {@code issued} and returns
   * it. If the key has a stored answer, returns that answer instead. If the customer has taken a
   * coupon of this campaign before, returns that coupon instead. Empty if all coupons are taken.
   * {@code key} may be null.
   */
  Future<Optional<Coupon>> take(String campaignId, Change<Coupon> issued, IdempotencyKey key) {
    Coupon coupon = issued.state();
    EventMessage message = EventMessages.wrap(issued.events(), 1, coupon.issuedAt()).get(0);
    List<String> keys =
        List.of(
            key(campaignId),
            takers(campaignId),
            coupons.key(coupon.id()),
            CouponRepository.ofCustomer(coupon.customerId()),
            RedisOutbox.key(PREFIX, message.subject()),
            answerKey(TAKEN, key));
    List<String> arguments =
        List.of(
            coupon.customerId(),
            coupon.id(),
            Json.encode(coupon),
            CouponRepository.millis(coupon.issuedAt()),
            EventMessages.encode(message),
            secondsKept(key),
            bodyHash(key),
            coupons.key(""));
    return TAKE.run(redis, keys, arguments)
        .map(
            taken -> {
              wake.run();
              return answer(taken, key, Coupon.class);
            });
  }

  /** Stores a campaign's coupon again after Redis lost it. An existing coupon does not change. */
  Future<Void> reissue(Coupon coupon) {
    boolean taken = coupon.issuedWith() == null;
    List<String> keys =
        List.of(
            key(coupon.campaignId()),
            taken ? takers(coupon.campaignId()) : ofOrder(coupon.issuedWith()),
            coupons.key(coupon.id()),
            CouponRepository.ofCustomer(coupon.customerId()));
    List<String> arguments =
        List.of(
            taken ? coupon.customerId() : coupon.campaignId(),
            coupon.id(),
            Json.encode(coupon),
            CouponRepository.millis(coupon.issuedAt()));
    return REISSUE.run(redis, keys, arguments).mapEmpty();
  }

  /** Null if the campaign does not exist. */
  Future<CampaignReport> report(String id) {
    List<String> keys =
        List.of(
            key(id),
            CouponRepository.used(id),
            CouponRepository.revoked(id),
            CouponRepository.usedThoughWithdrawn(id));
    return REPORT
        .run(redis, keys, List.of())
        .map(
            found -> {
              if (found.size() == 0) {
                return null;
              }
              Campaign campaign = Json.decode(found.get(0).toString(), Campaign.class);
              return new CampaignReport(
                  campaign,
                  campaign.quantity() - found.get(1).toLong(),
                  found.get(2).toLong(),
                  found.get(3).toLong(),
                  found.get(4).toLong());
            });
  }
}
