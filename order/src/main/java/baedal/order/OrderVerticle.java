package baedal.order;

import baedal.postgres.PgDatabase;
import baedal.rabbitmq.RunningService;
import baedal.rabbitmq.ServiceAssembly;
import baedal.runtime.Boot;
import baedal.runtime.WarmUpRequests;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Clock;

/** The order service: accepts orders, keeps their state, and publishes their events. */
public final class OrderVerticle extends VerticleBase {

  private final OrderConfig config;
  private RunningService service;

  public OrderVerticle(OrderConfig config) {
    this.config = config;
  }

  @Override
  public Future<?> start() {
    Clock clock = Boot.clock();
    PgDatabase postgres = OrderSchema.database(vertx, config.postgresUri());
    ServiceAssembly assembly =
        new ServiceAssembly(
            vertx,
            "order",
            config.amqpUri(),
            config.identity(),
            postgres,
            postgres.outbox(),
            config.warmUp());
    Payments payments = Payments.of(assembly.client("payment", config.paymentUrl()));
    OrderRepository orders = new OrderRepository(postgres.pool(), assembly::wake);
    CatalogRepository catalogs = new CatalogRepository(postgres.pool());
    OrderTimers timers =
        new OrderTimers(vertx, orders, catalogs, payments, clock, config.confirmsAfter());
    DueStatement dueStatement = new DueStatement(config.identity().secret(), clock);
    OrderApi api = new OrderApi(orders, catalogs, clock, config.expiresAfter(), dueStatement);
    OrderWarmUp warmUp =
        new OrderWarmUp(
            postgres,
            catalogs,
            new WarmUpRequests(vertx, this::port, "order", assembly.tokens()),
            config.identity().signsPeople(),
            dueStatement,
            clock);
    service =
        assembly
            .warmUp(warmUp::addTo)
            .routes(api::mount, OrderVerticle.class.getResource("openapi.yaml"))
            .task(timers::start, timers::stop)
            .consume(new OrderConsumer(orders, catalogs).subscription())
            .startAfter(prepared -> postgres.prepare(config.migrates(), prepared));
    return service.listen(config.host(), config.port(), config.maxHeaderBytes());
  }

  @Override
  public Future<?> stop() {
    return service.stop(config.drainDelay());
  }

  /** The port on which the started service listens. */
  public int port() {
    return service.port();
  }
}
