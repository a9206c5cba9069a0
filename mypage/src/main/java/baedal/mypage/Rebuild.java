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
 * Makes all pages anew from the stream {@code log}, while events keep coming, and switches over. In
 * turn: from now on every replica writes to the new collection, too; when all know that, the log is
 * read to its present end, which covers all that was written before; what the log no longer has is
 * taken over as it is; then readers go to the new one.
 */
final class Rebuild {

  private static final Logger log = LoggerFactory.getLogger(Rebuild.class);
  private static final Set<String> HEARD = Set.copyOf(Subscriptions.of("mypage"));
  private static final long ALL_KNOW_MILLIS = 3 * GenerationRepository.KNOWN_FOR.toMillis();
  private static final long HEARD_MILLIS = 2_000;

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

  /** Begins, and goes on by itself; refuses while one is under way. */
  Future<State> begin() {
    return generations
        .begin()
        .compose(
            building -> {
              if (building == null) {
                throw Refusal.conflict(
                    "rebuild-running", "the pages are being rebuilt already: wait for its end");
              }
              run(building);
              return state();
            });
  }

  /**
   * How far the present rebuild is, or what the last one did; times as ISO-8601 instants, or null.
   * One that is not running and has not finished was given up: its process died, or could not go
   * on.
   */
  record State(boolean running, String startedAt, String finishedAt, long events) {}

  Future<State> state() {
    return generations
        .document()
        .map(
            known ->
                new State(
                    generations.underWay(known),
                    known.getString("startedAt"),
                    known.getString("finishedAt"),
                    known.getLong("events", 0L)));
  }

  private void run(String building) {
    LogReader reader =
        new LogReader(
            vertx,
            amqpUri,
            "mypage-rebuild",
            null,
            message ->
                HEARD.contains(message.type())
                    ? pages.applyTo(building, message)
                    : Future.succeededFuture());
    long alive =
        vertx.setPeriodic(
            HEARD_MILLIS,
            id -> generations.heard(building, reader.handled()).onSuccess(ours -> {}));
    pages
        .prepare(building)
        .compose(v -> vertx.timer(ALL_KNOW_MILLIS))
        .compose(
            v -> {
              reader.start();
              return reader.caughtUp();
            })
        .compose(v -> pages.keepOlder(building))
        .compose(v -> generations.switchTo(building, reader.handled()))
        .compose(
            ours -> {
              if (!ours) {
                throw new IllegalStateException("it took too long, and another one has begun");
              }
              return vertx.timer(ALL_KNOW_MILLIS);
            })
        .compose(v -> pages.dropOthers())
        .onSuccess(
            v -> log.atInfo().addKeyValue("events", reader.handled()).log("the pages were rebuilt"))
        .onFailure(e -> log.atError().setCause(e).log("the pages were not rebuilt"))
        .eventually(reader::stop)
        .onComplete(v -> vertx.cancelTimer(alive));
  }
}
