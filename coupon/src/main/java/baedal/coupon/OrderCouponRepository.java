package baedal.coupon;

import static baedal.coupon.CouponRepository.PREFIX;

import baedal.events.Change;
import baedal.events.EventMessage;
import baedal.events.EventMessages;
import baedal.redis.RedisOutbox;
import baedal.redis.RedisScript;
import baedal.runtime.Json;
import io.vertx.core.Future;
import io.vertx.redis.client.RedisAPI;
import io.vertx.redis.client.Response;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/** Reads and writes in Redis which coupons of campaigns a paid order brought. */
final class OrderCouponRepository {

  private static final RedisScript ISSUE =
      new RedisScript(OrderCouponRepository.class.getResource("issue.lua"));
  private static final RedisScript WITHDRAW =
      new RedisScript(OrderCouponRepository.class.getResource("withdraw.lua"));

  /** The ids of all orders that were canceled or rejected. */
  private static final String WITHDRAWN = PREFIX + ":withdrawn";

  private final RedisAPI redis;
  private final CouponRepository coupons;
  private final CampaignRepository campaigns;
  private final Runnable wake;

  /** {@code wake} wakes the relay; called after every write of an event. */
  OrderCouponRepository(
      RedisAPI redis, CouponRepository coupons, CampaignRepository campaigns, Runnable wake) {
    this.redis = redis;
    this.coupons = coupons;
    this.campaigns = campaigns;
    this.wake = wake;
  }

  /** The campaigns that come with paid orders and have not ended. */
  Future<List<Campaign>> campaigns(Instant now) {
    String afterNow = "(" + CouponRepository.millis(now);
    return redis
        .zrange(List.of(CampaignRepository.WITH_ORDERS, afterNow, "+inf", "BYSCORE"))
        .compose(
            ids ->
                Future.all(ids.stream().map(id -> campaigns.campaign(id.toString())).toList())
                    .map(found -> found.<Campaign>list()))
        .map(found -> found.stream().filter(Objects::nonNull).toList());
  }

  /**
   * Stores the coupon {@code issued} and its event. Stores nothing if the order has brought a
   * coupon of this campaign before, if the order is withdrawn, or if no coupon is left.
   */
  Future<Void> issue(Change<Coupon> issued, String orderId) {
    Coupon coupon = issued.state();
    EventMessage message = EventMessages.wrap(issued.events(), 1, coupon.issuedAt()).get(0);
    List<String> keys =
        List.of(
            CampaignRepository.key(coupon.campaignId()),
            CampaignRepository.ofOrder(orderId),
            coupons.key(coupon.id()),
            CouponRepository.ofCustomer(coupon.customerId()),
            RedisOutbox.key(PREFIX, message.subject()),
            WITHDRAWN);
    List<String> arguments =
        List.of(
            coupon.campaignId(),
            coupon.id(),
            Json.encode(coupon),
            CouponRepository.millis(coupon.issuedAt()),
            EventMessages.encode(message),
            orderId);
    return ISSUE.run(redis, keys, arguments).onSuccess(done -> wake.run()).mapEmpty();
  }

  /**
   * Records that the order was canceled or rejected. From then on the order brings no coupon.
   * Returns the ids of the coupons that it brought before.
   */
  Future<List<String>> withdraw(String orderId) {
    return WITHDRAW
        .run(redis, List.of(WITHDRAWN, CampaignRepository.ofOrder(orderId)), List.of(orderId))
        .map(found -> found.stream().map(Response::toString).toList());
  }
}
