package baedal.rider;

import baedal.mongodb.MongoStore;
import baedal.rabbitmq.Backbone;
import baedal.rabbitmq.DeadLetterApi;
import baedal.runtime.Boot;
import baedal.runtime.HttpApi;
import baedal.runtime.Readiness;
import baedal.runtime.Shutdown;
import baedal.runtime.Tokens;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

/** The rider service: jobs that riders nearby see, take and carry. */
public final class RiderVerticle extends VerticleBase {

  private final RiderConfig config;
  private MongoStore store;
  private HttpApi http;
  private Backbone backbone;
  private int port;

  public RiderVerticle(RiderConfig config) {
    this.config = config;
  }

  @Override
  public Future<?> start() {
    Tokens tokens = new Tokens(vertx, config.identity());
    Readiness readiness = new Readiness(vertx);
    store = new MongoStore(vertx, config.mongoUri());
    RiderRepository repository = new RiderRepository(store.client(), () -> backbone.wake());
    backbone =
        new Backbone(
            vertx,
            "rider",
            config.amqpUri(),
            repository.outbox(),
            new RiderConsumer(repository).subscription(),
            store::ping);
    readiness.register("mongodb", store::ping);
    backbone.watchedBy(readiness);
    http =
        new HttpApi(
                vertx,
                "rider",
                RiderVerticle.class.getResource("openapi.yaml"),
                tokens,
                readiness,
                DeadLetterApi.contract())
            .onlyWhen(store::prepared);
    new DeadLetterApi("rider", backbone.deadLetters()).mount(http.router());
    new RiderApi(repository, backbone.publisher(), Boot.clock()).mount(http.router());
    store.prepare(repository::prepare, backbone::start);
    return http.listen(config.host(), config.port(), config.maxHeaderBytes())
        .onSuccess(actual -> port = actual);
  }

  @Override
  public Future<?> stop() {
    return Shutdown.inTurn(http::close, backbone::stop, store::close);
  }

  /** The port it listens on, once started. */
  public int port() {
    return port;
  }
}
