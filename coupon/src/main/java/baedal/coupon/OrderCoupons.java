package baedal.coupon;

import baedal.events.Change;
import io.vertx.core.Future;
import java.time.Clock;
import java.util.List;
import java.util.function.Predicate;

/**
 * Issues the coupons that campaigns give with paid orders, and revokes them when the order is
 * canceled or rejected. Events may arrive in any sequence and several times.
 */
final class OrderCoupons {

  private final OrderCouponRepository repository;
  private final CouponRepository coupons;
  private final RedisRunRepository runs;
  private final Clock clock;

  OrderCoupons(
      OrderCouponRepository repository,
      CouponRepository coupons,
      RedisRunRepository runs,
      Clock clock) {
    this.repository = repository;
    this.coupons = coupons;
    this.runs = runs;
    this.clock = clock;
  }

  /**
   * Issues the coupons of a paid order. If there are any, but Redis has not all coupons, fails as
   * unavailable: until then Redis does not know how many coupons of a campaign are left.
   */
  Future<?> paid(PaidOrder order) {
    return campaignsOf(order)
        .compose(
            campaigns ->
                campaigns.isEmpty()
                    ? Future.succeededFuture()
                    : runs.whenComplete(() -> issue(campaigns, order)));
  }

  /** The running campaigns of which the order brings a coupon. */
  Future<List<Campaign>> campaignsOf(PaidOrder order) {
    return repository
        .campaigns(clock.instant())
        .map(
            campaigns -> campaigns.stream().filter(campaign -> campaign.comesWith(order)).toList());
  }

  /**
   * Issues the coupons of a paid order whose ids are wanted, also while coupons are being restored.
   */
  Future<?> issue(PaidOrder order, Predicate<String> wanted) {
    return campaignsOf(order)
        .compose(
            campaigns ->
                issue(
                    campaigns.stream()
                        .filter(campaign -> wanted.test(couponId(campaign, order)))
                        .toList(),
                    order));
  }

  private Future<?> issue(List<Campaign> campaigns, PaidOrder order) {
    return Future.all(
        campaigns.stream()
            .map(campaign -> repository.issue(coupon(campaign, order), order.orderId()))
            .toList());
  }

  private Change<Coupon> coupon(Campaign campaign, PaidOrder order) {
    return Coupon.issue(
        null,
        couponId(campaign, order),
        order.customerId(),
        campaign.name(),
        campaign.discount(),
        order.orderId(),
        campaign.id(),
        campaign.expiresAt(),
        clock.instant());
  }

  /** The id is derived, so that an order brings one coupon of a campaign. */
  private static String couponId(Campaign campaign, PaidOrder order) {
    return campaign.id() + "-" + order.orderId();
  }

  /**
   * Revokes the coupons of a canceled or rejected order. From then on the order brings no coupon.
   * If Redis has not all coupons, fails as unavailable: a use of one of the coupons may not be
   * restored yet, and a used coupon stays used.
   */
  Future<?> withdrawn(String orderId) {
    return runs.whenComplete(() -> revoke(orderId));
  }

  /** Does the same, also while coupons are being restored. */
  Future<?> revoke(String orderId) {
    return repository
        .withdraw(orderId)
        .compose(
            couponIds ->
                Future.all(
                    couponIds.stream()
                        .map(
                            id ->
                                coupons.change(
                                    id, coupon -> coupon.orderWithdrawn(clock.instant())))
                        .toList()));
  }
}
