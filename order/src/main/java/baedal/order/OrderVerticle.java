package baedal.order;

import baedal.postgres.PgSchema;
import baedal.postgres.PgStore;
import baedal.rabbitmq.Backbone;
import baedal.rabbitmq.DeadLetterApi;
import baedal.runtime.Boot;
import baedal.runtime.HttpApi;
import baedal.runtime.Readiness;
import baedal.runtime.ServiceClient;
import baedal.runtime.Shutdown;
import baedal.runtime.Tokens;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Clock;

/** The order service: takes orders, holds their state, and tells everyone what becomes of them. */
public final class OrderVerticle extends VerticleBase {

  private final OrderConfig config;
  private PgStore store;
  private HttpApi http;
  private Backbone backbone;
  private OrderTimers timers;
  private int port;

  public OrderVerticle(OrderConfig config) {
    this.config = config;
  }

  @Override
  public Future<?> start() {
    Clock clock = Boot.clock();
    Tokens tokens = new Tokens(vertx, config.identity());
    Readiness readiness = new Readiness(vertx);
    store =
        new PgStore(vertx, config.postgresUri(), PgSchema.BACKBONE, "classpath:baedal/order/db");
    OrderRepository orders = new OrderRepository(store.pool(), () -> backbone.wake());
    CatalogRepository catalogs = new CatalogRepository(store.pool());
    OrderConsumer consumer = new OrderConsumer(orders, catalogs);
    backbone =
        new Backbone(
            vertx, "order", config.amqpUri(), store.outbox(), consumer.subscription(), store::ping);
    ServiceClient payment =
        new ServiceClient(vertx, "payment", config.paymentUrl(), tokens, "order");
    timers = new OrderTimers(vertx, orders, Payments.of(payment), clock, config.confirmsAfter());
    readiness.register("postgres", store::ping);
    backbone.watchedBy(readiness);
    http =
        new HttpApi(
                vertx,
                "order",
                OrderVerticle.class.getResource("openapi.yaml"),
                tokens,
                readiness,
                DeadLetterApi.contract())
            .onlyWhen(store::prepared);
    new DeadLetterApi("order", backbone.deadLetters()).mount(http.router());
    new OrderApi(orders, catalogs, clock, config.expiresAfter()).mount(http.router());
    store.prepare(
        () -> {
          backbone.start();
          timers.start();
        });
    return http.listen(config.host(), config.port(), config.maxHeaderBytes())
        .onSuccess(actual -> port = actual);
  }

  @Override
  public Future<?> stop() {
    timers.stop();
    return Shutdown.inTurn(http::close, backbone::stop, store::close);
  }

  /** The port it listens on, once started. */
  public int port() {
    return port;
  }
}
