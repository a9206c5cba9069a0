package baedal.coupon;

import baedal.rabbitmq.RunningService;
import baedal.rabbitmq.ServiceAssembly;
import baedal.redis.RedisDatabase;
import baedal.redis.RedisOutbox;
import baedal.runtime.Boot;
import baedal.runtime.ServiceClient;
import baedal.runtime.WarmUpRequests;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Clock;

/**
 * The coupon service: customers earn coupons, take them from campaigns, and use them for orders.
 */
public final class CouponVerticle extends VerticleBase {

  private final CouponConfig config;
  private RunningService service;

  public CouponVerticle(CouponConfig config) {
    this.config = config;
  }

  @Override
  public Future<?> start() {
    Clock clock = Boot.clock();
    RedisDatabase redis = new RedisDatabase(vertx, config.redisUri());
    ServiceAssembly assembly =
        new ServiceAssembly(
            vertx,
            "coupon",
            config.amqpUri(),
            config.identity(),
            redis,
            new RedisOutbox(redis.api(), CouponRepository.PREFIX),
            config.warmUp());
    ServiceClient orders = assembly.client("order", config.orderUrl());
    CouponRepository coupons = new CouponRepository(redis.api(), assembly::wake);
    CampaignRepository campaigns = new CampaignRepository(redis.api(), coupons, assembly::wake);
    RedisRunRepository runs = new RedisRunRepository(redis.api());
    CouponClaims claims = new CouponClaims(vertx, coupons, orders, clock);
    CouponReconciliation reconciliation = new CouponReconciliation(coupons, orders, clock);
    OrderCoupons orderCoupons =
        new OrderCoupons(
            new OrderCouponRepository(redis.api(), coupons, campaigns, assembly::wake),
            coupons,
            runs,
            clock);
    CouponConsumer consumer = new CouponConsumer(coupons, reconciliation, config);
    RedisRecovery recovery =
        new RedisRecovery(
            vertx,
            config.amqpUri(),
            runs,
            coupons,
            campaigns,
            consumer,
            reconciliation,
            orderCoupons,
            clock);
    CouponApi api = new CouponApi(coupons, campaigns, claims, runs, clock);
    service =
        assembly
            .warmUp(steps -> steps.step("read no coupon", () -> coupons.find(WarmUpRequests.ID)))
            .routes(api::mount, CouponVerticle.class.getResource("openapi.yaml"))
            .readyWhile("coupons", runs::complete)
            .task(claims::start, claims::stop)
            .task(recovery::start, recovery::stop)
            .consume(consumer.subscription(orderCoupons::paid, orderCoupons::withdrawn))
            .startAfter(Runnable::run);
    return service.listen(config.host(), config.port(), config.maxHeaderBytes());
  }

  @Override
  public Future<?> stop() {
    return service.stop(config.drainDelay());
  }

  /** The port on which the service listens, once it has started. */
  public int port() {
    return service.port();
  }
}
