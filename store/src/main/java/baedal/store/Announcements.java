package baedal.store;

import baedal.runtime.PeriodicTask;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes stores once more after the service starts, so that other services get a field that they
 * did not keep before. It publishes the stores whose {@code announcedVersion} is lower than {@link
 * Store#ANNOUNCEMENT_VERSION}. The update that publishes a store also raises the store's {@code
 * announcedVersion}, so several replicas publish each store only once. {@link StoreVerticle} starts
 * it, and it runs in the background in batches.
 */
final class Announcements {

  private static final Logger log = LoggerFactory.getLogger(Announcements.class);
  private static final Duration RETRY = Duration.ofSeconds(10);

  private final StoreRepository repository;
  private final Clock clock;
  private final PeriodicTask task;

  Announcements(Vertx vertx, StoreRepository repository, Clock clock) {
    this.repository = repository;
    this.clock = clock;
    task = new PeriodicTask(vertx, RETRY, "publishing stores again", () -> announceAllAfter(null));
  }

  /** Runs at once, and then every 10 seconds until a run finds no store to publish. */
  void start() {
    task.start();
    task.runNow();
  }

  void stop() {
    task.stop();
  }

  private Future<Void> announceAllAfter(String last) {
    return repository
        .unannounced(last)
        .compose(
            ids -> {
              if (!ids.isEmpty()) {
                return announce(ids).compose(v -> announceAllAfter(ids.get(ids.size() - 1)));
              }
              if (last == null) {
                task.stop();
              }
              return Future.succeededFuture();
            });
  }

  /**
   * Publishes a batch of stores. Succeeds in any case: the next run publishes the stores that
   * failed.
   */
  private Future<Void> announce(List<String> ids) {
    return Future.join(ids.stream().map(this::announce).toList()).otherwiseEmpty().mapEmpty();
  }

  private Future<Store> announce(String id) {
    return repository
        .changeStore(id, store -> store.announceAgain(clock.instant()))
        .onSuccess(v -> log.atDebug().addKeyValue("storeId", id).log("store published again"))
        .onFailure(
            e ->
                log.atWarn()
                    .addKeyValue("storeId", id)
                    .addKeyValue("cause", e.toString())
                    .log("store could not be published again, will retry"));
  }
}
