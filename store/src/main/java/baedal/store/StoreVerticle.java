package baedal.store;

import baedal.mongodb.MongoDatabase;
import baedal.rabbitmq.RunningService;
import baedal.rabbitmq.ServiceAssembly;
import baedal.runtime.Boot;
import baedal.runtime.WarmUpRequests;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Clock;

/** Builds and runs the store service: its routes, event consumer and background tasks. */
public final class StoreVerticle extends VerticleBase {

  private final StoreConfig config;
  private RunningService service;

  public StoreVerticle(StoreConfig config) {
    this.config = config;
  }

  @Override
  public Future<?> start() {
    Clock clock = Boot.clock();
    MongoDatabase mongo = new MongoDatabase(vertx, config.mongoUri());
    ServiceAssembly assembly =
        new ServiceAssembly(
            vertx,
            "store",
            config.amqpUri(),
            config.identity(),
            mongo,
            StoreRepository.outbox(mongo.client()),
            config.warmUp());
    StoreRepository repository = new StoreRepository(mongo.client(), assembly::wake);
    Kitchen kitchen = new Kitchen(vertx, repository, clock);
    Announcements announcements = new Announcements(vertx, repository, clock);
    StoreApi stores = new StoreApi(repository, clock);
    WarmUpRequests requests = new WarmUpRequests(vertx, this::port, "store", assembly.tokens());
    service =
        assembly
            .warmUp(new StoreWarmUp(repository, requests, clock)::addTo)
            .routes(stores::mount, StoreVerticle.class.getResource("openapi.yaml"))
            .routes(new MenuApi(repository, stores, clock)::mount)
            .routes(new KitchenApi(repository, kitchen)::mount)
            .task(kitchen::start, kitchen::stop)
            .task(announcements::start, announcements::stop)
            .consume(new StoreConsumer(kitchen, new PaidOrders(repository, kitchen)).subscription())
            .startAfter(prepared -> mongo.prepare(repository::prepare, prepared));
    return service.listen(config.host(), config.port(), config.maxHeaderBytes());
  }

  @Override
  public Future<?> stop() {
    return service.stop(config.drainDelay());
  }

  /** The port of the HTTP server; only valid after the verticle was deployed. */
  public int port() {
    return service.port();
  }
}
