package baedal.store;

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
import java.time.Clock;

/** The store service: stores, their menus and stock, and the kitchen's tickets. */
public final class StoreVerticle extends VerticleBase {

  private final StoreConfig config;
  private MongoStore store;
  private HttpApi http;
  private Backbone backbone;
  private Kitchen kitchen;
  private Announcements announcements;
  private int port;

  public StoreVerticle(StoreConfig config) {
    this.config = config;
  }

  @Override
  public Future<?> start() {
    Clock clock = Boot.clock();
    Tokens tokens = new Tokens(vertx, config.identity());
    Readiness readiness = new Readiness(vertx);
    store = new MongoStore(vertx, config.mongoUri());
    StoreRepository repository = new StoreRepository(store.client(), () -> backbone.wake());
    kitchen = new Kitchen(vertx, repository, clock);
    announcements = new Announcements(vertx, repository, clock);
    backbone =
        new Backbone(
            vertx,
            "store",
            config.amqpUri(),
            repository.outbox(),
            new StoreConsumer(kitchen).subscription(),
            store::ping);
    readiness.register("mongodb", store::ping);
    backbone.watchedBy(readiness);
    http =
        new HttpApi(
                vertx,
                "store",
                StoreVerticle.class.getResource("openapi.yaml"),
                tokens,
                readiness,
                DeadLetterApi.contract())
            .onlyWhen(store::prepared);
    new DeadLetterApi("store", backbone.deadLetters()).mount(http.router());
    StoreApi stores = new StoreApi(repository, clock);
    stores.mount(http.router());
    new MenuApi(repository, stores, clock).mount(http.router());
    new KitchenApi(repository, kitchen).mount(http.router());
    store.prepare(
        repository::prepare,
        () -> {
          backbone.start();
          kitchen.start();
          announcements.start();
        });
    return http.listen(config.host(), config.port(), config.maxHeaderBytes())
        .onSuccess(actual -> port = actual);
  }

  @Override
  public Future<?> stop() {
    kitchen.stop();
    announcements.stop();
    return Shutdown.inTurn(http::close, backbone::stop, store::close);
  }

  /** The port it listens on, once started. */
  public int port() {
    return port;
  }
}
