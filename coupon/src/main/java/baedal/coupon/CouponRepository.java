package baedal.coupon;

import baedal.events.Change;
import baedal.events.EventMessage;
import baedal.events.EventMessages;
import baedal.redis.RedisAggregates;
import baedal.redis.RedisOutbox;
import baedal.redis.RedisScript;
import baedal.runtime.IdempotencyKey;
import baedal.runtime.Json;
import baedal.runtime.Paging;
import io.vertx.core.Future;
import io.vertx.redis.client.RedisAPI;
import io.vertx.redis.client.Response;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * Reads and writes coupons and campaigns in Redis. One Lua script writes a change and its events.
 */
final class CouponRepository {

  static final String PREFIX = "coupon";

  /** Maximum number of coupon ids that one run of the sweep in {@link CouponClaims} reads. */
  static final int SWEEP_BATCH = 100;

  private static final String ANNOUNCED = "announced";
  private static final String TAKEN = "taken";
  private static final String UNCONFIRMED = PREFIX + ":unsettled";
  private static final RedisScript TAKE =
      new RedisScript(CouponRepository.class.getResource("take.lua"));
  private static final String RUN = PREFIX + ":run";
  private static final RedisScript REISSUE =
      new RedisScript(CouponRepository.class.getResource("reissue.lua"));
  private static final RedisScript NEWEST =
      new RedisScript(CouponRepository.class.getResource("newest.lua"));
  private static final RedisScript ANNOUNCE =
      new RedisScript(CouponRepository.class.getResource("announce.lua"));

  private final RedisAPI redis;
  private final RedisAggregates<Coupon> coupons;
  private final Runnable wake;

  CouponRepository(RedisAPI redis, Runnable wake) {
    this.redis = redis;
    this.wake = wake;
    coupons = new RedisAggregates<>(redis, PREFIX, Coupon.class, CouponRepository::indexes, wake);
  }

  private static List<List<String>> indexes(Coupon coupon) {
    boolean unconfirmed = coupon.status() == CouponStatus.CLAIMED && !coupon.confirmed();
    return List.of(
        List.of("ZADD", ofCustomer(coupon.customerId()), millis(coupon.issuedAt()), coupon.id()),
        unconfirmed
            ? List.of("ZADD", UNCONFIRMED, millis(coupon.changedAt()), coupon.id())
            : List.of("ZREM", UNCONFIRMED, coupon.id()));
  }

  private static String ofCustomer(String customerId) {
    return PREFIX + ":of:" + customerId;
  }

  private static String campaignKey(String id) {
    return PREFIX + ":campaign:" + id;
  }

  private static String millis(Instant instant) {
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
    List<String> keys = List.of(campaignKey(campaign.id()), answerKey(ANNOUNCED, key));
    List<String> arguments =
        List.of(
            Json.encode(campaign),
            Integer.toString(campaign.quantity()),
            secondsKept(key),
            bodyHash(key));
    return ANNOUNCE
        .run(redis, keys, arguments)
        .map(made -> answer(made, key, Campaign.class).orElseThrow());
  }

  /** Null if the campaign does not exist. */
  Future<Campaign> campaign(String id) {
    return redis
        .hget(campaignKey(id), "campaign")
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
            campaignKey(campaignId),
            PREFIX + ":takers:" + campaignId,
            coupons.key(coupon.id()),
            ofCustomer(coupon.customerId()),
            RedisOutbox.key(PREFIX, message.subject()),
            answerKey(TAKEN, key));
    List<String> arguments =
        List.of(
            coupon.customerId(),
            coupon.id(),
            Json.encode(coupon),
            millis(coupon.issuedAt()),
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
  Future<Void> reissue(Coupon coupon, String campaignId) {
    List<String> keys =
        List.of(
            campaignKey(campaignId),
            PREFIX + ":takers:" + campaignId,
            coupons.key(coupon.id()),
            ofCustomer(coupon.customerId()));
    return REISSUE
        .run(
            redis,
            keys,
            List.of(
                coupon.customerId(), coupon.id(), Json.encode(coupon), millis(coupon.issuedAt())))
        .mapEmpty();
  }

  /**
   * The ids of two runs of Redis. A run is one process, from its start to its end. {@code present}
   * is the run that responds now. {@code complete} is the last run in which a check found all
   * coupons, at {@code completeAt}. {@code complete} and {@code completeAt} are null in an empty
   * Redis.
   */
  record Runs(String present, String complete, Instant completeAt) {}

  Future<Runs> runs() {
    return presentRun()
        .compose(
            present ->
                redis
                    .hmget(List.of(RUN, "id", "at"))
                    .map(
                        found ->
                            found.get(0) == null
                                ? new Runs(present, null, null)
                                : new Runs(
                                    present,
                                    found.get(0).toString(),
                                    Instant.parse(found.get(1).toString()))));
  }

  /** The id of the Redis process, which is new after each start. */
  Future<String> presentRun() {
    return redis
        .info(List.of("server"))
        .map(
            info ->
                info.toString()
                    .lines()
                    .filter(line -> line.startsWith("run_id:"))
                    .map(line -> line.substring("run_id:".length()).strip())
                    .findFirst()
                    .orElseThrow());
  }

  /** Records that Redis had all coupons at this time, in the run with this id. */
  Future<Void> storeComplete(String run, Instant at) {
    return redis.hset(List.of(RUN, "id", run, "at", at.toString())).mapEmpty();
  }
}
