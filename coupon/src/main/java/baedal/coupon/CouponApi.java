package baedal.coupon;

import baedal.events.Change;
import baedal.runtime.Caller;
import baedal.runtime.IdempotencyKey;
import baedal.runtime.Ids;
import baedal.runtime.Json;
import baedal.runtime.Page;
import baedal.runtime.Paging;
import baedal.runtime.Refusal;
import baedal.runtime.Reply;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** The routes of the coupon service. */
final class CouponApi {

  private final CouponRepository coupons;
  private final CampaignRepository campaigns;
  private final CouponClaims claims;
  private final RedisRunRepository runs;
  private final Clock clock;

  CouponApi(
      CouponRepository coupons,
      CampaignRepository campaigns,
      CouponClaims claims,
      RedisRunRepository runs,
      Clock clock) {
    this.coupons = coupons;
    this.campaigns = campaigns;
    this.claims = claims;
    this.runs = runs;
    this.clock = clock;
  }

  void mount(Router router) {
    router.get("/coupons").respond(this::list);
    router.post("/coupons").respond(this::announce);
    router.post("/coupons/:couponId/use").respond(ctx -> runs.whenComplete(() -> use(ctx)));
    router.post("/coupons/:couponId/revoke").respond(this::revoke);
    router
        .get("/coupons/campaigns/:campaignId")
        .respond(ctx -> runs.whenComplete(() -> report(ctx)));
    router
        .post("/coupons/campaigns/:campaignId/take")
        .respond(ctx -> runs.whenComplete(() -> take(ctx)));
  }

  /** A coupon as its customer sees it; {@code orderId} is the order that claimed it, if any. */
  record CouponView(
      String couponId,
      String name,
      long discount,
      CouponStatus status,
      String orderId,
      Instant issuedAt,
      Instant expiresAt) {

    static CouponView of(Coupon c, Instant now) {
      return new CouponView(
          c.id(), c.name(), c.discount(), c.status(now), c.orderId(), c.issuedAt(), c.expiresAt());
    }
  }

  private Future<Page<CouponView>> list(RoutingContext ctx) {
    int limit = Paging.limit(ctx);
    return coupons
        .ofCustomer(Caller.of(ctx).sub(), Paging.last(ctx), limit + 1)
        .map(found -> Page.of(found, limit, last -> Paging.encode(last.id())))
        .map(page -> page.map(coupon -> CouponView.of(coupon, clock.instant())));
  }

  record Use(String orderId) {}

  record Used(String couponId, String orderId, CouponStatus status, long due) {}

  private Future<Used> use(RoutingContext ctx) {
    String couponId = ctx.pathParam("couponId");
    Use request = Json.toObject(ctx.body().asJsonObject(), Use.class);
    return claims
        .use(couponId, Caller.of(ctx).sub(), request.orderId())
        .map(applied -> new Used(couponId, request.orderId(), CouponStatus.CLAIMED, applied.due()));
  }

  private Future<CouponView> revoke(RoutingContext ctx) {
    String reason = ctx.body().asJsonObject().getString("reason");
    return coupons
        .change(
            ctx.pathParam("couponId"),
            coupon -> {
              if (coupon == null) {
                throw Refusal.notFound("there is no coupon " + ctx.pathParam("couponId"));
              }
              return coupon.revoke(reason, clock.instant());
            })
        .map(coupon -> CouponView.of(coupon, clock.instant()));
  }

  /**
   * Without {@code on} and {@code kind} it has the hash that earlier versions stored with a key.
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Announce(
      String name, long discount, int quantity, Instant expiresAt, String on, String kind) {}

  record Announced(
      String campaignId,
      String name,
      long discount,
      int quantity,
      Instant expiresAt,
      String on,
      String kind) {

    static Announced of(Campaign c) {
      return new Announced(
          c.id(), c.name(), c.discount(), c.quantity(), c.expiresAt(), c.on(), c.kind());
    }
  }

  private Future<Announced> announce(RoutingContext ctx) {
    Announce request = Json.toObject(ctx.body().asJsonObject(), Announce.class);
    IdempotencyKey key = IdempotencyKey.of(ctx, request).orElse(null);
    return once(key, campaigns::announced, () -> campaigns.announce(campaign(request), key))
        .map(
            campaign ->
                Reply.created(ctx, "/coupons/campaigns/" + campaign.id(), Announced.of(campaign)));
  }

  private Campaign campaign(Announce request) {
    if (!request.expiresAt().isAfter(clock.instant())) {
      throw Refusal.invalid("/expiresAt", "must be in the future");
    }
    if (request.kind() != null && request.on() == null) {
      throw Refusal.invalid(
          "/kind", "needs \"on\": customers take the coupons of a campaign without \"on\"");
    }
    return new Campaign(
        Ids.next(),
        request.name(),
        request.discount(),
        request.quantity(),
        request.expiresAt(),
        request.on(),
        request.kind(),
        clock.instant());
  }

  record Report(
      @JsonUnwrapped Announced campaign,
      long issued,
      long used,
      long revoked,
      long usedThoughCanceled) {

    static Report of(CampaignReport r) {
      return new Report(
          Announced.of(r.campaign()), r.issued(), r.used(), r.revoked(), r.usedThoughWithdrawn());
    }
  }

  private Future<Report> report(RoutingContext ctx) {
    String campaignId = ctx.pathParam("campaignId");
    return campaigns
        .report(campaignId)
        .map(
            found -> {
              if (found == null) {
                throw noCampaign(campaignId);
              }
              return Report.of(found);
            });
  }

  private static Refusal noCampaign(String campaignId) {
    return Refusal.notFound("there is no campaign " + campaignId);
  }

  private Future<CouponView> take(RoutingContext ctx) {
    String campaignId = ctx.pathParam("campaignId");
    IdempotencyKey key = IdempotencyKey.of(ctx, campaignId).orElse(null);
    return once(key, campaigns::taken, () -> take(campaignId, Caller.of(ctx).sub(), key))
        .map(coupon -> Reply.created(ctx, "/coupons", CouponView.of(coupon, coupon.changedAt())));
  }

  private Future<Coupon> take(String campaignId, String customerId, IdempotencyKey key) {
    return campaigns
        .campaign(campaignId)
        .compose(
            campaign -> {
              if (campaign == null) {
                throw noCampaign(campaignId);
              }
              if (campaign.comesWithOrders()) {
                throw Refusal.conflict(
                    "campaign-with-orders",
                    "the coupons of this campaign come with paid orders: place an order and pay it");
              }
              if (!campaign.expiresAt().isAfter(clock.instant())) {
                throw Refusal.conflict(
                    "campaign-exhausted", "the campaign ended at " + campaign.expiresAt());
              }
              Change<Coupon> issued =
                  Coupon.issue(
                      null,
                      Ids.next(),
                      customerId,
                      campaign.name(),
                      campaign.discount(),
                      null,
                      campaignId,
                      campaign.expiresAt(),
                      clock.instant());
              return campaigns.take(campaignId, issued, key);
            })
        .map(
            taken ->
                taken.orElseThrow(
                    () ->
                        Refusal.conflict(
                            "campaign-exhausted", "all coupons of this campaign are taken")));
  }

  /** Returns the stored answer of the key. Without a key or an answer, runs {@code work}. */
  private static <T> Future<T> once(
      IdempotencyKey key,
      Function<IdempotencyKey, Future<Optional<T>>> answered,
      Supplier<Future<T>> work) {
    return key == null
        ? work.get()
        : answered.apply(key).compose(first -> first.map(Future::succeededFuture).orElseGet(work));
  }
}
