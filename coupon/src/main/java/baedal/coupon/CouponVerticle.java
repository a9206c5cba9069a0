package baedal.coupon;

import baedal.rabbitmq.Backbone;
import baedal.rabbitmq.DeadLetterApi;
import baedal.rabbitmq.Subscription;
import baedal.redis.RedisOutbox;
import baedal.redis.RedisStore;
import baedal.runtime.Boot;
import baedal.runtime.HttpApi;
import baedal.runtime.Readiness;
import baedal.runtime.ServiceClient;
import baedal.runtime.Shutdown;
import baedal.runtime.Tokens;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Clock;

/** The coupon service: discounts that customers earn, take and use. */
public final class CouponVerticle extends VerticleBase {

  private final CouponConfig config;
  private RedisStore store;
  private HttpApi http;
  private Backbone backbone;
  private CouponClaims claims;
  private RedisRecovery recovery;
  private int port;

  public CouponVerticle(CouponConfig config) {
    this.config = config;
  }

  @Override
  public Future<?> start() {
    Clock clock = Boot.clock();
    Tokens tokens = new Tokens(vertx, config.identity());
    Readiness readiness = new Readiness(vertx);
    store = new RedisStore(vertx, config.redisUri());
    CouponRepository coupons = new CouponRepository(store.api(), () -> backbone.wake());
    ServiceClient orders = new ServiceClient(vertx, "order", config.orderUrl(), tokens, "coupon");
    claims = new CouponClaims(vertx, coupons, orders, clock);
    CouponReconciliation holdings = new CouponReconciliation(coupons, orders, clock);
    Subscription subscription = new CouponConsumer(coupons, holdings, config).subscription();
    recovery = new RedisRecovery(vertx, config.amqpUri(), coupons, subscription, holdings, clock);
    backbone =
        new Backbone(
            vertx,
            "coupon",
            config.amqpUri(),
            new RedisOutbox(store.api(), CouponRepository.PREFIX),
            subscription,
            store::ping);
    readiness.register("redis", store::ping);
    readiness.register("coupons", recovery::sure);
    backbone.watchedBy(readiness);
    http =
        new HttpApi(
            vertx,
            "coupon",
            CouponVerticle.class.getResource("openapi.yaml"),
            tokens,
            readiness,
            DeadLetterApi.contract());
    new DeadLetterApi("coupon", backbone.deadLetters()).mount(http.router());
    new CouponApi(coupons, claims, recovery, clock).mount(http.router());
    backbone.start();
    claims.start();
    recovery.start();
    return http.listen(config.host(), config.port(), config.maxHeaderBytes())
        .onSuccess(actual -> port = actual);
  }

  @Override
  public Future<?> stop() {
    recovery.stop();
    claims.stop();
    return Shutdown.inTurn(http::close, backbone::stop, store::close);
  }

  /** The port it listens on, once started. */
  public int port() {
    return port;
  }
}
