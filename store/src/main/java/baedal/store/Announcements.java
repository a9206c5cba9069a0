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
 * Announces stores again after a start when other services keep more of them than an older version
 * told, or than those services kept then. Each store is announced once however many replicas start:
 * the number in its document decides. Batches follow one another, and nothing waits for them.
 */
final class Announcements {

  private static final Logger log = LoggerFactory.getLogger(Announcements.class);
  private static final Duration RETRY = Duration.ofSeconds(10);

  private final StoreRepository repository;
  private final Clock clock;
  private final PeriodicTask rounds;

  Announcements(Vertx vertx, StoreRepository repository, Clock clock) {
    this.repository = repository;
    this.clock = clock;
    rounds = new PeriodicTask(vertx, RETRY, "announcing stores", () -> announceAfter(null));
  }

  /** Begins at once; rounds go on until one finds nothing left. */
  void start() {
    rounds.start();
    rounds.runNow();
  }

  void stop() {
    rounds.stop();
  }

  private Future<Void> announceAfter(String last) {
    return repository
        .unannounced(last)
        .compose(
            ids -> {
              if (!ids.isEmpty()) {
                return announce(ids).compose(v -> announceAfter(ids.get(ids.size() - 1)));
              }
              if (last == null) {
                rounds.stop();
              }
              return Future.succeededFuture();
            });
  }

  /** A store that cannot be announced now is left to the next round. */
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
