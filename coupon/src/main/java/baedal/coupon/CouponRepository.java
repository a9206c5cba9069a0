package baedal.coupon;

import baedal.events.Change;
import baedal.events.EventMessage;
import baedal.redis.RedisAggregates;
import baedal.redis.RedisScript;
import baedal.runtime.Paging;
import io.vertx.core.Future;
import io.vertx.redis.client.RedisAPI;
import io.vertx.redis.client.Response;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/** Reads and writes coupons in Redis. One Lua script writes a change and its events. */
final class CouponRepository {

  static final String PREFIX = "coupon";

  /** Maximum number of coupon ids that one run of the sweep in {@link CouponClaims} reads. */
  static final int SWEEP_BATCH = 100;

  private static final String UNCONFIRMED = PREFIX + ":unsettled";
  private static final RedisScript NEWEST =
      new RedisScript(CouponRepository.class.getResource("newest.lua"));

  private final RedisAPI redis;
  private final RedisAggregates<Coupon> coupons;

  CouponRepository(RedisAPI redis, Runnable wake) {
    this.redis = redis;
    coupons = new RedisAggregates<>(redis, PREFIX, Coupon.class, CouponRepository::indexes, wake);
  }

  private static List<List<String>> indexes(Coupon coupon) {
    boolean unconfirmed = coupon.status() == CouponStatus.CLAIMED && !coupon.confirmed();
    List<List<String>> commands = new ArrayList<>();
    commands.add(
        List.of("ZADD", ofCustomer(coupon.customerId()), millis(coupon.issuedAt()), coupon.id()));
    commands.add(
        unconfirmed
            ? List.of("ZADD", UNCONFIRMED, millis(coupon.changedAt()), coupon.id())
            : List.of("ZREM", UNCONFIRMED, coupon.id()));
    if (coupon.campaignId() != null) {
      boolean used = coupon.status() == CouponStatus.USED;
      commands.add(member(used, used(coupon.campaignId()), coupon));
      commands.add(
          member(used && coupon.withdrawn(), usedThoughWithdrawn(coupon.campaignId()), coupon));
      commands.add(
          member(coupon.status() == CouponStatus.REVOKED, revoked(coupon.campaignId()), coupon));
    }
    return commands;
  }

  /** Adds the coupon to a set or removes it from the set. */
  private static List<String> member(boolean isMember, String set, Coupon coupon) {
    return List.of(isMember ? "SADD" : "SREM", set, coupon.id());
  }

  /** The key of the ids of a campaign's used coupons. */
  static String used(String campaignId) {
    return PREFIX + ":used:" + campaignId;
  }

  /** The key of the ids of a campaign's used coupons whose order was canceled or rejected. */
  static String usedThoughWithdrawn(String campaignId) {
    return PREFIX + ":used-though-withdrawn:" + campaignId;
  }

  /** The key of the ids of a campaign's revoked coupons. */
  static String revoked(String campaignId) {
    return PREFIX + ":revoked:" + campaignId;
  }

  /** The key of a coupon's hash. */
  String key(String id) {
    return coupons.key(id);
  }

  /** The key of the ids of a customer's coupons, sorted by the time of their issue. */
  static String ofCustomer(String customerId) {
    return PREFIX + ":of:" + customerId;
  }

  static String millis(Instant instant) {
    return Long.toString(instant.toEpochMilli());
  }

  /** Null if the coupon does not exist. */
  Future<Coupon> find(String id) {
    return coupons.find(id);
  }

  Future<Coupon> change(String id, Function<Coupon, Change<Coupon>> transition) {
    return coupons.change(id, transition);
  }

  /** Applies the transition that an event causes, once, even if its message arrives again. */
  Future<Coupon> change(
      String id, EventMessage message, Function<Coupon, Change<Coupon>> transition) {
    return coupons.change(id, message, transition);
  }

  /**
   * A customer's coupons, newest first. {@code after} is the id of the last coupon on the previous
   * page, or null for the first page. Refused if {@code after} is not a coupon of this customer.
   */
  Future<List<Coupon>> ofCustomer(String customerId, String after, int count) {
    List<String> arguments = List.of(after == null ? "" : after, Integer.toString(count));
    return all(
        NEWEST
            .run(redis, List.of(ofCustomer(customerId)), arguments)
            .map(
                found -> {
                  if (found == null) {
                    throw Paging.wrong();
                  }
                  return found;
                }));
  }

  /**
   * Ids of coupons that were claimed at {@code then} or before and are not confirmed, oldest first.
   * The first {@code skipped} are omitted. The result has at most {@link #SWEEP_BATCH} ids.
   */
  Future<List<String>> unconfirmedSince(Instant then, int skipped) {
    return redis
        .zrange(
            List.of(
                UNCONFIRMED,
                "-inf",
                millis(then),
                "BYSCORE",
                "LIMIT",
                Integer.toString(skipped),
                Integer.toString(SWEEP_BATCH)))
        .map(found -> found.stream().map(Response::toString).toList());
  }

  private Future<List<Coupon>> all(Future<Response> ids) {
    return ids.compose(
            found -> {
              List<Future<Coupon>> loaded = new ArrayList<>();
              found.forEach(id -> loaded.add(coupons.find(id.toString())));
              return Future.all(loaded).map(done -> done.<Coupon>list());
            })
        .map(list -> list.stream().filter(Objects::nonNull).toList());
  }
}
