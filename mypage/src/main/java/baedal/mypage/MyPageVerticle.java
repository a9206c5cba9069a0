package baedal.mypage;

import baedal.events.Outbox;
import baedal.mongodb.MongoDatabase;
import baedal.rabbitmq.RunningService;
import baedal.rabbitmq.ServiceAssembly;
import baedal.runtime.Boot;
import baedal.runtime.WarmUpRequests;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Clock;

/** The MyPage service: a customer's view of each order, with live updates and notifications. */
public final class MyPageVerticle extends VerticleBase {

  private final MyPageConfig config;
  private RunningService service;

  public MyPageVerticle(MyPageConfig config) {
    this.config = config;
  }

  @Override
  public Future<?> start() {
    Clock clock = Boot.clock();
    MongoDatabase mongo = new MongoDatabase(vertx, config.mongoUri());
    ServiceAssembly assembly =
        new ServiceAssembly(
            vertx,
            "mypage",
            config.amqpUri(),
            config.identity(),
            mongo,
            Outbox.none(),
            config.warmUp());
    OrderClient orders = new OrderClient(assembly.client("order", config.orderUrl()));
    GenerationRepository generations = new GenerationRepository(mongo.client(), clock);
    MyPageRepository pages = new MyPageRepository(mongo.client(), generations);
    NotificationRepository notifications = new NotificationRepository(mongo.client());
    RiderPositions positions = new RiderPositions();
    LiveStreams live = new LiveStreams(vertx, positions, pages::find);
    LiveFeed feed = new LiveFeed(vertx, config.amqpUri(), live);
    Notifier notifier = new Notifier(vertx, pages, notifications, messenger(), clock);
    Rebuild rebuild = new Rebuild(vertx, config.amqpUri(), pages, generations);
    MyPageWarmUp warmUp =
        new MyPageWarmUp(
            pages,
            new WarmUpRequests(vertx, this::port, "mypage", assembly.tokens()),
            config.identity().signsPeople(),
            clock);
    service =
        assembly
            .warmUp(warmUp::addTo)
            .routes(
                new MyPageApi(pages, notifications, live, positions, orders)::mount,
                MyPageVerticle.class.getResource("openapi.yaml"))
            .routes(new RebuildApi(rebuild)::mount)
            .drainingTask(feed::start, feed::stop)
            .task(live::start, live::stop)
            .drainingTask(notifier::start, notifier::stop)
            .consume(new MyPageConsumer(pages, live, notifier).subscription())
            .startAfter(
                prepared ->
                    mongo.prepare(
                        () -> pages.prepare().compose(v -> notifications.prepare()), prepared));
    return service.listen(config.host(), config.port(), config.maxHeaderBytes());
  }

  private Messenger messenger() {
    return config.messengerUrl() == null
        ? new SimulatedMessenger()
        : new HttpMessenger(vertx, config.messengerUrl(), config.messengerKey());
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
