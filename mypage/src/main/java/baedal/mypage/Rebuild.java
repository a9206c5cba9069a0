package baedal.mypage;

import baedal.events.Subscriptions;
import baedal.rabbitmq.LogReader;
import baedal.runtime.Refusal;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rebuilds all pages from the stream {@code log} in a new collection, while new events arrive, in
 * these steps:
 *
 * <ol>
 *   <li>Every replica begins to apply new events to the pages in the old and in the new collection.
 *   <li>When all replicas do so, the replica that runs the rebuild reads the log to its present
 *       end, and applies the events to the new collection.
 *   <li>It copies the pages that it could not rebuild completely, because the log no longer has the
 *       first event of their order.
 *   <li>All replicas begin to read the new collection, and the old collection is dropped.
 * </ol>
 */
final class Rebuild {

  private static final Logger log = LoggerFactory.getLogger(Rebuild.class);
  private static final Set<String> CONSUMED = Set.copyOf(Subscriptions.of("mypage"));

  /** The time after which every replica uses a changed {@link GenerationRepository.Location}. */
  private static final long PROPAGATION_MILLIS = 3 * GenerationRepository.CACHED_FOR.toMillis();

  private static final long HEARTBEAT_MILLIS = 2_000;

  private final Vertx vertx;
  private final String amqpUri;
  private final MyPageRepository pages;
  private final GenerationRepository generations;

  Rebuild(Vertx vertx, String amqpUri, MyPageRepository pages, GenerationRepository generations) {
    this.vertx = vertx;
    this.amqpUri = amqpUri;
    this.pages = pages;
    this.generations = generations;
  }

  /** Begins a rebuild, which runs in the background. Refused while another rebuild is running. */
  Future<State> begin() {
    return generations
        .begin()
        .compose(
            building -> {
              if (building == null) {
                throw Refusal.conflict(
                    "rebuild-running", "a rebuild is running already: wait until it has finished");
              }
              run(building);
              return state();
            });
  }

  /**
   * The state of the running or last rebuild. Times are ISO-8601 instants, or null; {@code events}
   * is the number of handled events. A rebuild that is neither running nor finished has failed.
   */
  record State(boolean running, String startedAt, String finishedAt, long events) {}

  Future<State> state() {
    return generations
        .document()
        .map(
            document ->
                new State(
                    generations.isRunning(document),
                    document.getString("startedAt"),
                    document.getString("finishedAt"),
                    document.getLong("events", 0L)));
  }

  private void run(String building) {
    LogReader reader =
        new LogReader(
            vertx,
            amqpUri,
            "mypage-rebuild",
            null,
            message ->
                CONSUMED.contains(message.type())
                    ? pages.applyTo(building, message)
                    : Future.succeededFuture());
    long heartbeat =
        vertx.setPeriodic(
            HEARTBEAT_MILLIS, id -> generations.heartbeat(building, reader.handled()));
    pages
        .prepare(building)
        .compose(v -> vertx.timer(PROPAGATION_MILLIS))
        .compose(
            v -> {
              reader.start();
              return reader.caughtUp();
            })
        .compose(v -> pages.copyIncomplete(building))
        .compose(v -> generations.switchTo(building, reader.handled()))
        .compose(
            switched -> {
              if (!switched) {
                throw new IllegalStateException(
                    "another rebuild has begun, because this rebuild sent no heartbeat in time");
              }
              return vertx.timer(PROPAGATION_MILLIS);
            })
        .compose(v -> pages.dropOldCollections())
        .onSuccess(v -> log.atInfo().addKeyValue("events", reader.handled()).log("pages rebuilt"))
        .onFailure(e -> log.atError().setCause(e).log("rebuild of the pages failed"))
        .eventually(reader::stop)
        .onComplete(v -> vertx.cancelTimer(heartbeat));
  }
}
