package baedal.mypage;

import baedal.events.Outbox;
import baedal.mongodb.MongoStore;
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

/** MyPage: one view of everything a customer's order is going through, live. */
public final class MyPageVerticle extends VerticleBase {

  private final MyPageConfig config;
  private MongoStore store;
  private HttpApi http;
  private Backbone backbone;
  private LiveStreams live;
  private LiveFeed feed;
  private Notifier notifier;
  private int port;

  public MyPageVerticle(MyPageConfig config) {
    this.config = config;
  }

  @Override
  public Future<?> start() {
    Tokens tokens = new Tokens(vertx, config.identity());
    Readiness readiness = new Readiness(vertx);
    store = new MongoStore(vertx, config.mongoUri());
    GenerationRepository generations = new GenerationRepository(store.client(), Boot.clock());
    MyPageRepository pages = new MyPageRepository(store.client(), generations);
    RiderPositions positions = new RiderPositions();
    live = new LiveStreams(vertx, positions, pages::find);
    feed = new LiveFeed(vertx, config.amqpUri(), live);
    Messenger messenger =
        config.messengerUrl() == null
            ? new SimulatedMessenger()
            : new HttpMessenger(vertx, config.messengerUrl(), config.messengerKey());
    notifier = new Notifier(vertx, pages, messenger, Boot.clock());
    backbone =
        new Backbone(
            vertx,
            "mypage",
            config.amqpUri(),
            Outbox.none(),
            new MyPageConsumer(pages, live, notifier).subscription(),
            store::ping);
    readiness.register("mongodb", store::ping);
    backbone.watchedBy(readiness);
    http =
        new HttpApi(
                vertx,
                "mypage",
                MyPageVerticle.class.getResource("openapi.yaml"),
                tokens,
                readiness,
                DeadLetterApi.contract())
            .onlyWhen(store::prepared);
    new DeadLetterApi("mypage", backbone.deadLetters()).mount(http.router());
    ServiceClient orders = new ServiceClient(vertx, "order", config.orderUrl(), tokens, "mypage");
    new MyPageApi(pages, live, positions, new Orders(orders)).mount(http.router());
    new RebuildApi(new Rebuild(vertx, config.amqpUri(), pages, generations)).mount(http.router());
    store.prepare(
        pages::prepare,
        () -> {
          backbone.start();
          feed.start();
          live.start();
          notifier.start();
        });
    return http.listen(config.host(), config.port(), config.maxHeaderBytes())
        .onSuccess(actual -> port = actual);
  }

  @Override
  public Future<?> stop() {
    live.stop();
    Future<Void> told = notifier.stop();
    return Shutdown.inTurn(http::close, feed::stop, backbone::stop, () -> told, store::close);
  }

  /** The port it listens on, once started. */
  public int port() {
    return port;
  }
}
