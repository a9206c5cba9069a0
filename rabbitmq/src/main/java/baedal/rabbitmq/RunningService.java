package baedal.rabbitmq;

import baedal.runtime.Database;
import baedal.runtime.HttpApi;
import baedal.runtime.Shutdown;
import baedal.runtime.WarmUp;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Starts and stops a service: its HTTP server, its connections to the broker, its background tasks
 * and its database. {@link ServiceAssembly} creates it.
 */
public final class RunningService {

  private final HttpApi http;
  private final Backbone backbone;
  private final Database database;
  private final List<Task> tasks;
  private final WarmUp warmUp;
  private final Promise<Void> prepared = Promise.promise();
  private int port;

  record Task(Runnable start, Supplier<Future<Void>> stop) {}

  RunningService(
      HttpApi http, Backbone backbone, Database database, List<Task> tasks, WarmUp warmUp) {
    this.http = http;
    this.backbone = backbone;
    this.database = database;
    this.tasks = List.copyOf(tasks);
    this.warmUp = warmUp;
  }

  /**
   * Starts the relay, the consumer and the background tasks as soon as the database is prepared.
   *
   * @param prepare prepares the database, and tries again while the database is unavailable; then
   *     runs its argument once
   */
  public RunningService startAfter(Consumer<Runnable> prepare) {
    prepare.accept(
        () -> {
          backbone.start();
          tasks.forEach(task -> task.start().run());
          prepared.complete();
        });
    return this;
  }

  /**
   * Serves HTTP, and returns the port. The service is not ready, and responds with 503, until its
   * database is prepared. Then it warms up, and responds already, but is not ready before the
   * warm-up ends.
   */
  public Future<Integer> listen(String host, int requestedPort, int maxHeaderBytes) {
    return http.listen(host, requestedPort, maxHeaderBytes)
        .onSuccess(
            actual -> {
              port = actual;
              prepared.future().onSuccess(v -> warmUp.start());
            });
  }

  /**
   * Reports not ready and serves for {@code drainDelay}. Then stops the background tasks, finishes
   * the requests and events in progress, and closes the database last.
   */
  public Future<Void> stop(Duration drainDelay) {
    warmUp.stop();
    return Shutdown.inOrder(() -> http.drain(drainDelay), this::finish, database::close);
  }

  private Future<Void> finish() {
    List<Future<Void>> stopping = tasks.stream().map(task -> task.stop().get()).toList();
    return Shutdown.inOrder(http::close, backbone::stop, () -> Future.join(stopping).mapEmpty());
  }

  /** The port of the HTTP server; 0 before {@link #listen} has succeeded. */
  public int port() {
    return port;
  }
}
