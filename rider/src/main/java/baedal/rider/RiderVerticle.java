package baedal.rider;

import baedal.mongodb.MongoDatabase;
import baedal.rabbitmq.RunningService;
import baedal.rabbitmq.ServiceAssembly;
import baedal.runtime.Boot;
import baedal.runtime.WarmUpRequests;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

/** Builds and runs the rider service: its routes and its event consumer. */
public final class RiderVerticle extends VerticleBase {

  private final RiderConfig config;
  private RunningService service;

  public RiderVerticle(RiderConfig config) {
    this.config = config;
  }

  @Override
  public Future<?> start() {
    MongoDatabase mongo = new MongoDatabase(vertx, config.mongoUri());
    ServiceAssembly assembly =
        new ServiceAssembly(
            vertx,
            "rider",
            config.amqpUri(),
            config.identity(),
            mongo,
            RiderRepository.outbox(mongo.client()),
            config.warmUp());
    RiderRepository repository = new RiderRepository(mongo.client(), assembly::wake);
    RiderApi api = new RiderApi(repository, assembly.publisher(), Boot.clock());
    service =
        assembly
            .warmUp(
                steps -> steps.step("read no delivery", () -> repository.find(WarmUpRequests.ID)))
            .routes(api::mount, RiderVerticle.class.getResource("openapi.yaml"))
            .consume(new RiderConsumer(repository).subscription())
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
