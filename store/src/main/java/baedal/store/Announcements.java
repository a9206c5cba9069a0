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
 * Publishes stores again after a start, when other services keep fields that an older version did
 * not publish or that they did not keep then. The version in a store's document decides, so that
 * each store is published once however many replicas start. It runs in batches in the background.
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
    task = new PeriodicTask(vertx, RETRY, "announcing stores", () -> announceAllAfter(null));
  }

  /** Begins at once, and repeats until no store is left. */
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

  /** A store that cannot be announced now is left to the next run. */
  private Future<Void> announce(List<String> ids) {
    return Future.join(ids.stream().map(this::announce).toList()).otherwiseEmpty().mapEmpty();
  }

  private Future<Store> announce(String id) {
    return repository
        .changeStore(id, store -> store.announceAgain(clock.instant()))
        .onSuccess(v -> log.atDebug().addKeyValue("storeId", id).log("store announced"))
        .onFailure(
            e ->
                log.atWarn()
                    .addKeyValue("storeId", id)
                    .addKeyValue("cause", e.toString())
                    .log("store not announced, will retry"));
  }
}
