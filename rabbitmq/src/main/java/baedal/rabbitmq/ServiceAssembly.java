package baedal.rabbitmq;

import baedal.events.Outbox;
import baedal.runtime.Database;
import baedal.runtime.HttpApi;
import baedal.runtime.Identity;
import baedal.runtime.Readiness;
import baedal.runtime.ServiceClient;
import baedal.runtime.Tokens;
import baedal.runtime.WarmUp;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.net.URL;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Builds a service from its parts, for the service's verticle. The relay exists from the beginning,
 * so that the service's repository can {@link #wake} it. The verticle then adds routes, background
 * tasks and readiness checks, and calls {@link #consume} last.
 */
public final class ServiceAssembly {

  private final Vertx vertx;
  private final String service;
  private final String amqpUri;
  private final Tokens tokens;
  private final Database database;
  private final Readiness readiness;
  private final EventPublisher publisher;
  private final OutboxRelay relay;
  private final List<URL> contracts = new ArrayList<>();
  private final List<Consumer<Router>> routes = new ArrayList<>();
  private final List<RunningService.Task> tasks = new ArrayList<>();
  private final WarmUp warmUp;

  /**
   * {@code service} is the name of the service and of its queue. {@code warmUpTime} is how long the
   * service warms up before it is ready; zero for no warm-up.
   */
  public ServiceAssembly(
      Vertx vertx,
      String service,
      String amqpUri,
      Identity identity,
      Database database,
      Outbox outbox,
      Duration warmUpTime) {
    this.vertx = vertx;
    this.service = service;
    this.amqpUri = amqpUri;
    this.database = database;
    tokens = new Tokens(vertx, identity);
    readiness = new Readiness(vertx).register(database.name(), database::ping);
    publisher = new EventPublisher(vertx, amqpUri, service);
    relay = new OutboxRelay(vertx, outbox, publisher);
    warmUp = new WarmUp(vertx, warmUpTime).registerWith(readiness);
  }

  /** Wakes the relay. Call this after every write that adds to the outbox. */
  public void wake() {
    relay.wake();
  }

  /** The publisher for events that need no outbox, such as rider positions. */
  public EventPublisher publisher() {
    return publisher;
  }

  /** The tokens that this service accepts, and that it sends to others. */
  public Tokens tokens() {
    return tokens;
  }

  /** Returns a client that calls the service {@code other} with this service's own token. */
  public ServiceClient client(String other, String url) {
    return new ServiceClient(vertx, other, url, tokens, service);
  }

  /** Adds routes and their OpenAPI documents. The first document is that of the service itself. */
  public ServiceAssembly routes(Consumer<Router> mount, URL... described) {
    routes.add(mount);
    contracts.addAll(Arrays.asList(described));
    return this;
  }

  /** Adds a readiness check: the service is not ready while {@code check} fails. */
  public ServiceAssembly readyWhile(String name, Supplier<Future<?>> check) {
    readiness.register(name, check);
    return this;
  }

  /** Adds steps to the warm-up. They run as soon as the service listens and has its database. */
  public ServiceAssembly warmUp(Consumer<WarmUp> addSteps) {
    if (warmUp.isOn()) {
      addSteps.accept(warmUp);
    }
    return this;
  }

  /**
   * Adds a background task. It starts when the database is prepared, and stops before all other
   * parts of the service.
   */
  public ServiceAssembly task(Runnable start, Runnable stop) {
    return drainingTask(
        start,
        () -> {
          stop.run();
          return Future.succeededFuture();
        });
  }

  /**
   * Adds a background task. When the service stops, it waits for the future of {@code stop} before
   * it closes its database.
   */
  public ServiceAssembly drainingTask(Runnable start, Supplier<Future<Void>> stop) {
    tasks.add(new RunningService.Task(start, stop));
    return this;
  }

  /**
   * Returns the assembled service, not started yet.
   *
   * @throws IllegalStateException if the subscription handles other events than {@link
   *     baedal.events.Subscriptions} lists for its queue
   */
  public RunningService consume(Subscription subscription) {
    Backbone backbone =
        new Backbone(vertx, amqpUri, publisher, relay, subscription, database::ping)
            .registerWith(readiness);
    HttpApi http =
        new HttpApi(vertx, service, contracts.get(0), tokens, readiness, furtherContracts())
            .onlyWhen(database::prepared);
    new DeadLetterApi(service, backbone.deadLetters()).mount(http.router());
    routes.forEach(mount -> mount.accept(http.router()));
    return new RunningService(http, backbone, database, tasks, warmUp);
  }

  private URL[] furtherContracts() {
    List<URL> further = new ArrayList<>(contracts.subList(1, contracts.size()));
    further.add(DeadLetterApi.contract());
    return further.toArray(URL[]::new);
  }
}
