package baedal.rabbitmq;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.Event;
import baedal.events.EventTypes;
import baedal.events.Outbox;
import baedal.events.Subscriptions;
import baedal.runtime.Boot;
import baedal.runtime.Database;
import baedal.runtime.Identity;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The order in which a service starts and stops its parts. Its broker is unavailable. */
class ServiceAssemblyTest {

  private static final String LOOPBACK = "127.0.0.1";

  private final Vertx vertx = Boot.vertx();
  private final HttpClient client = vertx.createHttpClient();
  private final List<String> steps = new CopyOnWriteArrayList<>();
  private final Promise<Void> drained = Promise.promise();
  private volatile boolean prepared;
  private Runnable whenPrepared;

  private final class RecordedDatabase implements Database {

    @Override
    public String name() {
      return "recorded";
    }

    @Override
    public Future<?> ping() {
      return prepared
          ? Future.succeededFuture()
          : Future.failedFuture(new IOException("unavailable"));
    }

    @Override
    public boolean prepared() {
      return prepared;
    }

    @Override
    public Future<Void> close() {
      steps.add("database closed");
      return Future.succeededFuture();
    }
  }

  @AfterEach
  void close() {
    vertx.close().await();
  }

  private RunningService service() {
    return new ServiceAssembly(
            vertx,
            "payment",
            "amqp://localhost:1",
            new Identity.OneMachine("a secret of at least thirty-two bytes"),
            new RecordedDatabase(),
            Outbox.none(),
            Duration.ZERO)
        .routes(
            router -> router.get("/greeting").respond(ctx -> Future.succeededFuture()),
            ServiceAssemblyTest.class.getResource("assembly.yaml"))
        .task(() -> steps.add("task started"), () -> steps.add("task stopped"))
        .drainingTask(() -> steps.add("draining task started"), drained::future)
        .consume(subscription())
        .startAfter(then -> whenPrepared = then);
  }

  private static Subscription subscription() {
    Subscription subscription = Subscription.of("payment");
    Subscriptions.of("payment").forEach(type -> on(subscription, EventTypes.all().get(type)));
    return subscription;
  }

  private static <E extends Event> void on(Subscription subscription, Class<E> type) {
    subscription.on(type, (message, event) -> Future.succeededFuture());
  }

  private int greet(RunningService service) {
    return client
        .request(HttpMethod.GET, service.port(), LOOPBACK, "/greeting")
        .compose(request -> request.send())
        .map(HttpClientResponse::statusCode)
        .await();
  }

  private static boolean accepts(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void a_service_serves_and_starts_its_tasks_once_its_database_is_prepared() {
    RunningService service = service();
    service.listen(LOOPBACK, 0, 32 * 1024).await();
    assertThat(greet(service)).isEqualTo(503);
    assertThat(steps).isEmpty();
    prepared = true;
    whenPrepared.run();
    assertThat(greet(service)).isEqualTo(204);
    assertThat(steps).containsExactly("task started", "draining task started");
  }

  @Test
  void a_service_waits_for_its_tasks_before_it_closes_its_database() {
    RunningService service = service();
    service.listen(LOOPBACK, 0, 32 * 1024).await();
    Future<Void> stopped = service.stop(Duration.ZERO);
    await().until(() -> !accepts(service.port()));
    assertThat(steps).containsExactly("task stopped");
    drained.complete();
    stopped.await();
    assertThat(steps).containsExactly("task stopped", "database closed");
  }

  @Test
  void a_stopping_service_serves_for_its_drain_delay_and_keeps_its_tasks() {
    RunningService service = service();
    service.listen(LOOPBACK, 0, 32 * 1024).await();
    prepared = true;
    Future<Void> stopped = service.stop(Duration.ofDays(1));
    assertThat(greet(service)).isEqualTo(204);
    assertThat(stopped.isComplete()).isFalse();
    assertThat(steps).isEmpty();
  }
}
